/** A person's stay in a room: its state for the page to show, and everything that heals by itself. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { type Api, ApiError, pauseAfter, RoomApi } from './api.ts';
import type { Call, CallProblem, RemoteMedia } from './call/call.ts';
import type { CapturedFrame } from './capture.ts';
import type {
  Expression,
  HubMessage,
  Joined,
  RoomMode,
  Roster,
  UploadTicket,
  VideoToken,
} from './contract.ts';
import type { HubPorts, HubState } from './hub.ts';
import { LiveReading } from './live.ts';
import type { LocalMedia } from './local-media.ts';
import { isAway, type Loss, Membership } from './membership.ts';
import { correctionAt, type OwnWord, sayOwnWord } from './own-word.ts';
import {
  applyMessage,
  applyRoster,
  correct,
  enterRoom,
  type Room,
  setConsent,
  setMode,
  shownFaces,
} from './room.ts';
import { UploadError, Uploader } from './upload.ts';

const RETRY_INTERVAL = 3_000; // ms
const PRESENCE_TIMEOUT = 8_000; // ms
const FULL_RETRIES = 30; // a minute and a half: our own lost place may be what fills the room

/** What is wrong at present, in the page's own terms. */
export type Problem =
  | 'hub-lost'
  | 'api-away'
  | 'rejoining'
  | `video-${CallProblem}`
  | 'upload-refused'
  | 'storage-away'
  | 'consent-unsaved'
  | 'camera-black';

/** Why a stay is over. */
export type EndReason = 'left' | 'room-gone' | 'room-full';

/** What somebody joins with. */
export interface Invitation {
  readonly room: string;
  readonly name: string;
  readonly consent: boolean;
  readonly hostSecret?: string;
}

/** What a `Session` needs of the world. */
export interface SessionPorts {
  readonly api: Api;
  readonly media: Pick<LocalMedia, 'camera' | 'microphone'>;
  /** The screen we share, sent to the others and never captured; absent where there is none. */
  readonly screen?: ReadonlySignal<MediaStreamTrack | null>;
  readonly frames: {
    setTrack(track: MediaStreamTrack | null): void;
    capture(): Promise<CapturedFrame | null>;
  };
  /** Whether the page is in view. */
  readonly visible: ReadonlySignal<boolean>;
  readonly openHub: (ports: HubPorts) => { start(): void; stop(): Promise<void> };
  readonly openCall: (api: RoomApi, token: VideoToken) => Promise<Call>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** One person in one room, across lost connections, expired tickets and forgotten records. */
export class Session {
  /** The room's id: whoever knows it can join. */
  readonly roomId: string;
  readonly host: boolean;
  readonly capacity: number;
  readonly room: ReadonlySignal<Room>;
  readonly remotes: ReadonlySignal<ReadonlyMap<string, RemoteMedia>>;
  /** Who carries the video; null until that is known. */
  readonly provider: ReadonlySignal<Call['provider'] | null>;
  readonly hub = signal<HubState>('connecting');
  readonly problems = signal<ReadonlySet<Problem>>(new Set());
  readonly live = signal(true);
  readonly consent: ReadonlySignal<boolean>;
  /** Whether frames of our camera may be taken at present. */
  readonly readable: ReadonlySignal<boolean>;
  /** The last other participant who pressed Analyze; a new object each time. */
  readonly asked = signal<{ readonly by: string } | null>(null);
  readonly ended = signal<EndReason | null>(null);

  readonly #ports: SessionPorts;
  readonly #invitation: Invitation;
  readonly #room;
  readonly #consent;
  /** What the functions know of our consent; they refuse frames without it. */
  readonly #savedConsent;
  readonly #present = signal(false);
  readonly #call = signal<Call | null>(null);
  readonly #reading: LiveReading;
  readonly #disposers: (() => void)[] = [];
  #membership: Membership;
  #uploader: Uploader;
  #ownWord: OwnWord | null = null;
  #savingConsent = false;
  /** When a save of our consent last ended; a roster asked for before may not know of it. */
  #consentSavedAt = Number.NEGATIVE_INFINITY;
  #rejoining = false;

  /** Joins a room. Rejects with the `ApiError` of the route. */
  static async join(ports: SessionPorts, invitation: Invitation): Promise<Session> {
    const { room, ...person } = invitation;
    return new Session(ports, invitation, await ports.api.join(room, person));
  }

  private constructor(ports: SessionPorts, invitation: Invitation, joined: Joined) {
    this.#ports = ports;
    this.#invitation = invitation;
    this.roomId = invitation.room;
    this.host = joined.host;
    this.capacity = joined.capacity;
    this.#consent = signal(invitation.consent);
    this.#savedConsent = signal<boolean | null>(invitation.consent);
    this.consent = this.#consent;
    this.#room = signal(this.#enteredAs(joined));
    this.room = this.#room;
    this.remotes = computed(() => this.#call.value?.remotes.value ?? new Map());
    this.provider = computed(() => this.#call.value?.provider ?? null);
    this.readable = computed(
      () =>
        this.#consent.value &&
        this.#savedConsent.value === true &&
        this.#present.value && // nobody would hear of a reading made before, nor would we
        ports.media.camera.value.track !== null &&
        ports.visible.value &&
        this.ended.value === null,
    );
    this.#reading = new LiveReading({
      allowed: () => this.readable.peek(),
      send: (abort) => this.#send(abort),
      report: (failure) => this.#reportFrame(failure),
      now: ports.now,
    });
    [this.#membership, this.#uploader] = this.#enter(joined);
    this.#disposers.push(
      effect(() => ports.frames.setTrack(ports.media.camera.value.track)),
      effect(() => {
        const [camera, microphone] = [ports.media.camera.value, ports.media.microphone.value];
        const screen = ports.screen?.value ?? null;
        this.#call.value?.publish({ audio: microphone.track, video: camera.track, screen });
      }),
      effect(() => {
        if (this.#call.value) this.#setVideoProblem(this.#call.value.problem.value);
      }),
      effect(() => {
        if (this.consent.value && this.#savedConsent.value) this.#prepareUploads();
      }),
      effect(() => {
        const saved = this.#savedConsent.value === this.consent.value;
        if (saved) this.#setProblem('consent-unsaved', false);
      }),
      effect(() => {
        if (!this.readable.value) this.#reportFrame(null); // what is not tried any more does not fail any more
        this.#reading.check();
      }),
      effect(() => this.#reading.setLive(this.live.value)),
    );
    this.#membership.start();
  }

  /** Asks everyone who consents, ourselves included, for a frame. Rejects with `ApiError`. */
  async analyze(): Promise<void> {
    await this.#whenPresent();
    const membership = this.#membership;
    try {
      await membership.api.askCapture();
      this.#reading.captureNow();
    } catch (error) {
      membership.judge(error);
      throw error;
    }
  }

  /** Takes a frame of ours at once: what our camera shows is known to have changed. */
  captureNow(): void {
    this.#reading.captureNow();
  }

  /** Tries at once what is wrong with the video. */
  retryVideo(): void {
    this.#call.value?.retry();
  }

  /** Gives or withdraws our consent: here at once, at the functions as soon as they answer. */
  setConsent(consent: boolean): void {
    this.#consent.value = consent;
    if (!consent) {
      this.#savedConsent.value = null;
      this.#ownWord = null;
    }
    const { self } = this.#room.value;
    this.#room.value = setConsent(this.#room.value, self, consent, this.#ports.now());
    void this.#saveConsent();
  }

  /** Decides, as the room's host, who is shown what is read. Rejects with `ApiError`. */
  async setMode(mode: RoomMode): Promise<void> {
    const membership = this.#membership;
    try {
      await membership.api.setMode(mode);
      this.#change(setMode(this.#room.value, mode, this.#ports.now()));
    } catch (error) {
      membership.judge(error);
      throw error;
    }
  }

  /**
   * Puts our own word in place of how we are shown to look now: for this reading, and for those of
   * the next seconds that say the same again. Rejects with `ApiError`.
   */
  async correct(expression: Expression): Promise<void> {
    const { self, sights } = this.#room.value;
    const sight = sights.get(self);
    const [face] = sight ? shownFaces(sight) : [];
    if (!sight?.reading || !face) return;
    const { frame } = sight.reading;
    this.#ownWord = sayOwnWord(this.#ownWord, face.shown, expression, this.#ports.now());
    this.#change(correct(this.#room.value, { participant: self, frame, expression }));
    const membership = this.#membership;
    try {
      await membership.api.correct(frame, expression);
    } catch (error) {
      membership.judge(error);
      throw error;
    }
  }

  /** Leaves the room. */
  leave(): void {
    this.sayGoodbye();
    this.#end('left');
  }

  /** Tells the functions that we go, even while the page is closing. */
  sayGoodbye(): void {
    // Whether it was heard or not: who gives no sign of life is soon forgotten.
    this.#membership.api.leave().catch(() => undefined);
  }

  /** Takes a new place in the room, after the old one was given up or lost. */
  async rejoin(): Promise<void> {
    if (this.#rejoining) return;
    this.#rejoining = true;
    this.#membership.close();
    this.#call.value = null;
    this.#present.value = false;
    this.#setProblem('rejoining', true);
    for (let refusals = 0; this.ended.value === null; ) {
      try {
        const consent = this.#consent.value;
        const { room, ...person } = this.#invitation;
        const joined = await this.#ports.api.join(room, { ...person, consent });
        if (this.ended.value !== null) {
          // We left meanwhile: the place came too late.
          new RoomApi(this.#ports.api, room, joined).leave().catch(() => undefined);
          return;
        }
        this.#rejoining = false;
        this.#room.value = this.#enteredAs(joined);
        [this.#membership, this.#uploader] = this.#enter(joined);
        this.#savedConsent.value = consent;
        this.#setProblem('rejoining', false);
        this.#membership.start();
        if (consent !== this.#consent.value) void this.#saveConsent();
        return;
      } catch (error) {
        const code = error instanceof ApiError ? error.code : '';
        if (code === 'unknown-room') this.#end('room-gone');
        else if (code === 'room-full' && ++refusals > FULL_RETRIES) this.#end('room-full');
        else await pause(error);
      }
    }
  }

  /** Resolves once the room hears us and we hear the room, or after some seconds without. */
  async #whenPresent(): Promise<void> {
    let dispose = () => {};
    await new Promise<void>((resolve) => {
      const timeout = setTimeout(resolve, PRESENCE_TIMEOUT);
      dispose = this.#present.subscribe((present) => {
        if (!present) return;
        clearTimeout(timeout);
        resolve();
      });
    });
    dispose();
  }

  #enteredAs(joined: Joined): Room {
    const self = {
      participant: joined.participant,
      name: this.#invitation.name,
      consent: this.#consent.value,
    };
    return enterRoom(self, this.#ports.now());
  }

  #enter(joined: Joined): [Membership, Uploader] {
    const { now } = this.#ports;
    const api = new RoomApi(this.#ports.api, this.#invitation.room, joined);
    const membership = new Membership(api, {
      openHub: this.#ports.openHub,
      openCall: this.#ports.openCall,
      onCall: (call) => {
        this.#call.value = call;
        this.#connect();
      },
      onHubState: (state) => {
        this.hub.value = state;
        this.#setProblem('hub-lost', state === 'lost');
      },
      onPresent: (present) => {
        this.#present.value = present;
      },
      onMessage: (message) => this.#hear(message),
      onRoster: (roster, askedAt) => {
        this.#change(applyRoster(this.#room.value, roster, askedAt, now()));
        this.#checkConsent(roster, askedAt);
      },
      onVideo: (problem) => this.#setVideoProblem(problem),
      onReachable: (reachable) => this.#setProblem('api-away', !reachable),
      onLost: (loss) => this.#recover(loss),
      now,
    });
    const uploadTickets = (count: number): Promise<readonly UploadTicket[]> =>
      api.uploadTickets(count).catch((error: unknown) => {
        membership.judge(error);
        throw error;
      });
    return [membership, new Uploader({ uploadTickets, fetch: this.#ports.fetch, now })];
  }

  #recover(loss: Loss): void {
    if (loss === 'room-gone') this.#end('room-gone');
    else void this.rejoin();
  }

  #end(reason: EndReason): void {
    if (this.ended.value !== null) return;
    this.ended.value = reason;
    this.#reading.stop();
    this.#membership.close();
    for (const dispose of this.#disposers) dispose();
    this.#ports.frames.setTrack(null);
  }

  #hear(message: HubMessage): void {
    const { self } = this.#room.value;
    switch (message.target) {
      case 'capture':
        if (message.body.by === self) break; // done when we asked
        this.asked.value = message.body;
        this.#reading.captureNow();
        break;
      case 'signal':
        this.#call.value?.receive(message.body);
        if (!this.#room.value.people.has(message.body.from)) this.#membership.refresh();
        break;
      case 'reading':
      case 'unread':
        if (message.body.participant === self) this.#reading.settle(message.body.frame);
        break;
      default:
        break;
    }
    this.#change(applyMessage(this.#room.value, message, this.#ports.now()));
  }

  #change(room: Room): void {
    const peopleChanged = room.people !== this.#room.value.people;
    this.#room.value = room;
    if (peopleChanged) this.#connect();
  }

  /** Connects the call to everybody else here. */
  #connect(): void {
    const others = new Set(this.#room.value.people.keys());
    others.delete(this.#room.value.self);
    this.#call.value?.setParticipants(others);
  }

  async #send(abort: AbortSignal): Promise<string | null> {
    const frame = await this.#ports.frames.capture();
    abort.throwIfAborted();
    if (!frame) return null;
    const correction = correctionAt(this.#ownWord, this.#ports.now());
    return this.#uploader.upload({ ...frame, correction }, abort);
  }

  #prepareUploads(): void {
    // The frame that needs the ticket reports what is wrong.
    this.#uploader.prepare().catch(() => undefined);
  }

  #reportFrame(failure: unknown): void {
    const refused = failure instanceof UploadError && failure.status > 0;
    this.#setProblem('upload-refused', refused);
    this.#setProblem('storage-away', failure instanceof UploadError && failure.status === 0);
    if (failure === null) this.#setProblem('camera-black', false);
    else if (failure instanceof ApiError) this.#reportRefusal(failure);
    else if (!(failure instanceof UploadError)) this.#setProblem('camera-black', true);
  }

  #reportRefusal(error: ApiError): void {
    if (error.code === 'consent-required' && this.#consent.value) {
      this.#repeatConsent();
    } else if (isAway(error)) {
      this.#setProblem(error.code === 'storage-unavailable' ? 'storage-away' : 'api-away', true);
    }
  }

  /** Looks whether the functions know of us what our switch says. */
  #checkConsent({ participants }: Roster, askedAt: number): void {
    const own = participants.find(({ participant }) => participant === this.#room.value.self);
    if (!own || own.consent === this.#consent.value) return;
    if (!this.#savingConsent && askedAt > this.#consentSavedAt) this.#repeatConsent();
  }

  /** The functions lost what we told them; our switch is what counts. */
  #repeatConsent(): void {
    this.#savedConsent.value = null;
    void this.#saveConsent();
  }

  async #saveConsent(): Promise<void> {
    if (this.#savingConsent) return;
    this.#savingConsent = true;
    while (this.ended.value === null && this.#savedConsent.value !== this.#consent.value) {
      const consent = this.#consent.value;
      const membership = this.#membership;
      try {
        await membership.api.setConsent(consent);
        // A place taken meanwhile was taken with the consent of its own moment.
        if (membership === this.#membership) this.#savedConsent.value = consent;
      } catch (error) {
        if (!membership.judge(error)) {
          this.#setProblem('consent-unsaved', true);
          await pause(error);
        } else if (membership === this.#membership) break; // joining again tells our consent
      }
    }
    this.#consentSavedAt = this.#ports.now();
    this.#savingConsent = false;
  }

  #setVideoProblem(problem: CallProblem | null): void {
    for (const former of this.problems.peek()) {
      if (former.startsWith('video-') && former !== `video-${problem}`) {
        this.#setProblem(former, false);
      }
    }
    if (problem) this.#setProblem(`video-${problem}`, true);
  }

  #setProblem(problem: Problem, present: boolean): void {
    const problems = new Set(this.problems.peek());
    if (problems.has(problem) === present) return;
    if (present) problems.add(problem);
    else problems.delete(problem);
    this.problems.value = problems;
  }
}

function pause(error: unknown): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseAfter(error, RETRY_INTERVAL)));
}
