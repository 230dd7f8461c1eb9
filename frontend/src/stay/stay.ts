/** A stay: its state for the page, and its repair after failures. */
import {
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from '@preact/signals';
import type { Call, RemoteMedia } from '../call/call.ts';
import { FrameLine, type OwnLine } from '../frame/line.ts';
import {
  applyMessage,
  applyRoster,
  correct,
  enterRoom,
  type Room,
  setConsent,
  setMode,
  shownFaces,
  shownMode,
} from '../room/room.ts';
import { ApiError, RoomApi } from '../wire/api.ts';
import {
  DEVICE,
  type DoorState,
  type Expression,
  type HubMessage,
  type Joined,
  type RoomMode,
} from '../wire/contract.ts';
import type { HubState } from '../wire/hub.ts';
import { becomesTrue } from './becomes-true.ts';
import { Consent } from './consent.ts';
import { comeIn, type Wait } from './entrance.ts';
import { Membership } from './membership.ts';
import { Network } from './network.ts';
import type { OwnReadings } from './own-readings.ts';
import type { EndReason, Invitation, StayPorts, StayReader } from './ports.ts';
import { Problems } from './problems.ts';
import { takePlaceAgain } from './rejoin.ts';

const PRESENCE_TIMEOUT = 8_000; // ms

/** One person's time in one room, across lost connections, expired tickets and forgotten records. */
export class Stay {
  /** The room's id: everybody who has it can join. */
  readonly roomId: string;
  /** Our name, as the room has it. */
  readonly name: string;
  readonly capacity: number;
  readonly room: ReadonlySignal<Room>;
  readonly remotes: ReadonlySignal<ReadonlyMap<string, RemoteMedia>>;
  /** The provider of the video; null until it is known. */
  readonly provider: ReadonlySignal<Call['provider'] | null>;
  readonly hub = signal<HubState>('connecting');
  /** Whether our page is out of view; then we are not read. */
  readonly away: ReadonlySignal<boolean>;
  /** Whether we are read at a steady pace while we agree, or only when somebody asks. */
  readonly live: Signal<boolean>;
  readonly consent: ReadonlySignal<boolean>;
  /** Whether the room is open and we agreed only to room-only: then the page may ask us. */
  readonly narrow: ReadonlySignal<boolean>;
  /** Who reads our camera; null if the service does and the choice was not opened. */
  readonly way: NonNullable<StayPorts['way']>;
  /** Whether frames of our camera may be taken at present. */
  readonly readable: ReadonlySignal<boolean>;
  /** The last other participant who asked to read everyone; a new object each time. */
  readonly asked = signal<{ readonly by: string } | null>(null);
  /** The last host who muted us; a new object each time. */
  readonly mutedBy = signal<{ readonly by: string } | null>(null);
  readonly ended = signal<EndReason | null>(null);

  readonly #ports: StayPorts;
  readonly #invitation: Invitation;
  readonly #room;
  readonly #consent: Consent;
  readonly #mode = computed(() => this.#room.value.mode);
  readonly #present = signal(false);
  readonly #problems = new Problems();
  readonly #call = signal<Call | null>(null);
  readonly #line: FrameLine;
  /** If this device reads: its reader, and the line of its pictures. */
  #own: { readonly reader: StayReader; readonly line: OwnReadings } | null = null;
  readonly #network = new Network(this.#problems, {
    probe: () => untracked(() => this.#membership.refresh()),
    retry: () => untracked(() => this.#membership.retry()),
  });
  readonly problems = this.#problems.shown;
  /** Whether a problem prevents our readings. */
  readonly interrupted = this.#problems.interrupted;
  readonly #disposers: (() => void)[] = [];
  #membership: Membership;
  /** The participants we removed: their video may come back with a valid token. */
  readonly #removed = new Set<string>();
  #rejoining = false;
  #wait: Wait | null = null;

  /** Joins a room, after a wait if its door is closed; rejects as `comeIn` does. */
  static async join(
    ports: StayPorts,
    { live = true, ...invitation }: Invitation,
    onWait: (wait: Wait) => void = () => {},
  ): Promise<Stay> {
    const { room, ...person } = invitation;
    return new Stay(ports, invitation, await comeIn(ports.api, room, person, onWait), live);
  }

  private constructor(ports: StayPorts, invitation: Invitation, joined: Joined, live: boolean) {
    this.#ports = ports;
    this.#invitation = invitation;
    this.roomId = invitation.room;
    this.name = joined.name;
    this.capacity = joined.capacity;
    this.live = signal(live);
    this.#consent = new Consent(invitation.consent, {
      membership: () => this.#membership,
      over: () => this.ended.value !== null,
      onUnsaved: () => this.#problems.set('consent-unsaved', true),
      now: ports.now,
    });
    this.consent = this.#consent.given;
    this.#room = signal(this.#enteredAs(joined));
    this.room = this.#room;
    this.way = ports.way ?? signal(null);
    this.away = computed(() => !ports.visible.value);
    this.remotes = computed(() => this.#call.value?.remotes.value ?? new Map());
    this.provider = computed(() => this.#call.value?.provider ?? null);
    this.readable = computed(
      () =>
        this.#consent.stands.value &&
        this.#present.value && // before it, no page would receive the reading
        sentCamera(ports.media) !== null &&
        ports.visible.value &&
        !this.#problems.offline.value &&
        (this.way.value?.usable.value ?? true) &&
        this.ended.value === null,
    );
    this.narrow = computed(
      () =>
        this.#consent.given.value &&
        this.#consent.scope.value === 'room-only' &&
        this.#room.value.mode === 'open',
    );
    this.#line = new FrameLine({
      source: ports.frames,
      allowed: () => this.readable.peek(),
      random: () => this.#room.peek().mode === 'room-only',
      mode: () => shownMode(this.#room.peek(), ports.now()),
      report: (failure) => this.#reportFrame(failure),
      own: () => this.#ownLine(),
      slowness: () => this.way.peek()?.slowness() ?? 1,
      fetch: ports.fetch,
      now: ports.now,
    });
    this.#membership = this.#enter(joined);
    this.#disposers.push(
      effect(() => this.#line.setTrack(ports.media.camera.value.track)),
      effect(() => {
        const { track, problem } = ports.media.microphone.value;
        const audio = problem === 'muted' ? null : track;
        const screen = ports.screen?.value ?? null;
        this.#call.value?.publish({ audio, video: sentCamera(ports.media), screen });
      }),
      effect(() => {
        if (this.#call.value) this.#problems.setVideo(this.#call.value.problem.value);
      }),
      effect(() => {
        const service = this.way.value?.chosen.value !== 'device';
        if (service && this.#consent.stands.value) this.#line.prepare();
      }),
      effect(() => {
        if (this.#consent.given.value) this.way.value?.prepare(); // without consent no reader is needed
      }),
      effect(() => {
        if (this.#consent.saved.value) this.#problems.set('consent-unsaved', false);
      }),
      effect(() => {
        if (!this.readable.value) this.#problems.reportFrame(null); // without tries there are no failures
        this.#line.pace.check();
      }),
      effect(() => this.#line.pace.setLive(this.live.value)),
      effect(() => {
        if (this.#mode.value) this.#line.pace.check();
      }),
      effect(() => this.#network.follow(ports.online?.value ?? true)),
    );
    this.#membership.start();
    let told = this.away.peek(); // the first announcement says so
    this.#disposers.push(
      effect(() => {
        const away = this.away.value;
        if (away !== told) untracked(() => this.#membership.refresh());
        told = away;
      }),
    );
  }

  /** Asks everyone who consents, ourselves included, for a frame. Rejects with `ApiError`. */
  async askEverybody(): Promise<void> {
    await becomesTrue(this.#present, PRESENCE_TIMEOUT);
    await this.#membership.ask((api) => api.analyze());
    this.#line.pace.captureNow();
  }

  /** Takes a frame now: the camera's picture has changed. */
  captureNow(): void {
    this.#line.pace.captureNow();
  }

  /** Tries now to repair the video. */
  retryVideo(): void {
    this.#call.value?.retry();
  }

  /** Gives or withdraws our consent. It counts here at once; it is sent until the functions have it. */
  setConsent(consent: boolean): void {
    if (!consent) this.#line.unsay();
    this.#consent.set(consent, this.#room.peek().mode);
    const { self } = this.#room.value;
    this.#room.value = setConsent(this.#room.value, self, consent, this.#ports.now());
  }

  /** Agrees that an open room shows our readings to everyone. */
  widenConsent(): void {
    this.#consent.widen();
  }

  /** Sets the room's mode, as a host. Rejects with `ApiError`. */
  async setMode(mode: RoomMode): Promise<void> {
    await this.#membership.ask((api) => api.setMode(mode));
    this.#change(setMode(this.#room.value, mode, this.#ports.now()));
  }

  /** Opens or closes the door, as a host. Rejects with `ApiError`, as the methods below. */
  async setDoor(door: DoorState): Promise<void> {
    await this.#membership.ask((api) => api.setDoor(door));
    this.#hear({ target: 'door', body: { door, by: this.#room.value.self } });
  }

  /** Lets in or refuses somebody who waits. */
  async answerKnock(participant: string, admit: boolean): Promise<void> {
    try {
      await this.#membership.ask((api) => api.answerKnock(participant, admit));
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'not-waiting')) throw error;
    }
    this.#hear({ target: 'answered', body: { participant } });
  }

  /** Takes somebody's seat, ends their video, and closes the door. */
  async remove(participant: string): Promise<void> {
    this.#removed.add(participant);
    const connections = this.#call.value?.connectionsOf?.(participant) ?? [];
    await this.#membership.ask((api) => api.remove(participant, connections));
  }

  /** Asks somebody's page, or everybody else's (null), to mute. */
  async requestMute(participant: string | null): Promise<void> {
    await this.#membership.ask((api) => api.requestMute(participant));
  }

  /** Makes somebody one more host, or takes that back. */
  async nameHost(participant: string, host: boolean): Promise<void> {
    await this.#membership.ask((api) => api.nameHost(participant, host));
  }

  /**
   * Replaces our shown reading with our own word, and readings of the next seconds that repeat the
   * mistake. Rejects with `ApiError`.
   */
  async correct(expression: Expression): Promise<void> {
    const { self, sights } = this.#room.value;
    const sight = sights.get(self);
    const [face] = sight ? shownFaces(sight) : [];
    if (!sight?.reading || !face) return;
    const { frame } = sight.reading;
    const mode = shownMode(this.#room.value, this.#ports.now());
    this.#line.say(face.shown, expression);
    this.#change(correct(this.#room.value, { participant: self, frame, expression }));
    // A reading of this device has a frame of the functions only if it was sent.
    const known = sight.reading.reader === DEVICE ? this.#own?.line.told : frame;
    if (known) await this.#membership.ask((api) => api.correct(known, expression, mode));
  }

  /** Leaves the room. */
  leave(): void {
    this.sayGoodbye();
    this.#end('left');
  }

  /** Tells the functions that we leave. This works while the page closes, too. */
  sayGoodbye(closing = false): void {
    // A lost request does no harm: the functions drop a silent participant after 75 s.
    this.#membership.api.leave(closing).catch(() => undefined);
    this.#wait?.giveUp();
  }

  /** Joins again, after we gave up or lost our place. */
  async rejoin(): Promise<void> {
    if (this.#rejoining) return;
    this.#rejoining = true;
    this.#membership.close();
    this.#call.value = null;
    this.#present.value = false;
    this.#problems.set('rejoining', true);
    const place = await takePlaceAgain(
      this.#ports.api,
      this.#invitation,
      () => ({ consent: this.#consent.given.peek(), scope: this.#consent.scope.peek() }),
      () => this.ended.peek() !== null,
      (wait) => {
        this.#wait = wait;
      },
    );
    this.#wait = null;
    if (place === null) return;
    if (typeof place === 'string') return this.#end(place);
    this.#rejoining = false;
    this.#room.value = this.#enteredAs(place.joined);
    this.#membership = this.#enter(place.joined);
    this.#consent.tookPlaceWith(place.consent);
    this.#problems.set('rejoining', false);
    this.#membership.start();
    this.#consent.catchUp();
  }

  #enteredAs(joined: Joined): Room {
    const { participant, name, host } = joined;
    const consent = this.#consent.given.value;
    const self = { participant, name, consent, ...(host && { host }) };
    return enterRoom(self, this.#ports.now());
  }

  #enter(joined: Joined): Membership {
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
        this.#problems.set('hub-lost', state === 'lost');
        this.#problems.set('hub-blocked', state === 'blocked');
      },
      onPresent: (present) => {
        this.#present.value = present;
      },
      onMessage: (message) => this.#hear(message),
      onRoster: (roster, askedAt) => {
        this.#change(applyRoster(this.#room.value, roster, askedAt, now()));
        this.#consent.check(roster, joined.participant, askedAt);
        this.#endVideoOfRemoved();
      },
      onVideo: (problem) => this.#problems.setVideo(problem),
      onReachable: (reachable) => {
        this.#problems.set('api-away', !reachable);
        if (reachable) this.#problems.offline.value = false;
      },
      onLost: (loss) => {
        if (loss !== 'forgotten') this.#end(loss);
        else void this.rejoin();
      },
      away: () => this.away.peek(),
      ages: () => this.#line.takeAges(),
      now,
    });
    this.#line.uploadWith((count) => membership.ask((own) => own.uploadTickets(count)));
    this.#own = null;
    return membership;
  }

  #end(reason: EndReason): void {
    if (this.ended.value !== null) return;
    this.ended.value = reason;
    this.#network.stop();
    this.#membership.close();
    for (const dispose of this.#disposers) dispose();
    this.#line.stop();
  }

  #hear(message: HubMessage): void {
    const { self } = this.#room.value;
    switch (message.target) {
      case 'removed':
        if (message.body.participant !== self) break;
        this.#end('removed');
        return;
      case 'mute':
        void this.#ports.media.setMicrophone?.(false);
        this.mutedBy.value = message.body;
        break;
      case 'capture':
        if (message.body.by === self) break; // done already when we sent it
        this.asked.value = message.body;
        this.#line.pace.captureNow();
        break;
      case 'signal':
        this.#call.value?.receive(message.body);
        if (!this.#room.value.people.has(message.body.from)) this.#membership.refresh();
        break;
      case 'reading':
      case 'unread':
        if (message.body.participant === self) {
          this.#line.pace.settle(message.body.frame);
          if (this.#isShown(message)) return;
          if (message.target === 'reading') this.#line.noteShown(message.body.capturedAt);
        }
        break;
      default:
        break;
    }
    this.#change(applyMessage(this.#room.value, message, this.#ports.now()));
    if (message.target !== 'reading' || message.body.participant !== self) return;
    const [own] = this.#room.value.sights.get(self)?.steadied?.faces ?? [];
    if (own?.doubted) this.#line.pace.confirm();
  }

  /** Whether a message only repeats a reading of ours that is shown here already. */
  #isShown({ target, body }: HubMessage): boolean {
    if (target === 'reading') return body.reader === DEVICE;
    return this.way.peek()?.chosen.peek() === 'device';
  }

  /** The line of pictures that stay here, a new one with each reader; null if the service reads. */
  #ownLine(): OwnLine | null {
    const reader = this.way.peek()?.reader();
    if (!reader) return null;
    if (this.#own?.reader !== reader) {
      const { frames, now } = this.#ports;
      const line = reader.line({
        source: frames,
        room: this.#room,
        change: (room) => this.#change(room),
        correction: () => this.#line.correction(),
        tell: (reading) => this.#membership.ask((api) => api.tellReading(reading)),
        now,
      });
      this.#own = { reader, line };
    }
    return this.#own.line;
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

  #endVideoOfRemoved(): void {
    for (const participant of this.#removed) {
      const connections = this.#call.value?.connectionsOf?.(participant) ?? [];
      if (connections.length === 0) continue;
      this.#membership.api.remove(participant, connections).catch(() => undefined);
    }
  }

  #reportFrame(failure: unknown): void {
    if (failure !== null) this.#own?.line.forget();
    this.#problems.reportFrame(failure);
    const unknown = failure instanceof ApiError && failure.code === 'consent-required';
    if (unknown && this.#consent.given.value) this.#consent.repeat();
  }
}

/** The camera's track if it delivers pictures. */
function sentCamera(media: StayPorts['media']): MediaStreamTrack | null {
  const { track, problem } = media.camera.value;
  return problem === 'muted' ? null : track;
}
