/** A stay: its state for the page, and its repair after failures. */
import {
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from '@preact/signals';
import { applyMessage, applyRoster, enterRoom, type Room, setConsent } from '../room/room.ts';
import type { Expression, HubMessage, Joined } from '../wire/contract.ts';
import type { HubState } from '../wire/hub.ts';
import { RoomApi } from '../wire/room-api.ts';
import { becomesTrue } from './becomes-true.ts';
import { BeingRead } from './being-read.ts';
import { Consent } from './consent.ts';
import { comeIn, type Wait } from './entrance.ts';
import { Hosting } from './hosting.ts';
import { Membership } from './membership.ts';
import { Network } from './network.ts';
import type { EndReason, Invitation, StayPorts } from './ports.ts';
import { Problems } from './problems.ts';
import { takePlaceAgain } from './rejoin.ts';
import { Video } from './video.ts';

const PRESENCE_TIMEOUT = 8_000; // ms

/** One person's time in one room, across lost connections, expired tickets and forgotten records. */
export class Stay {
  /** The room's id: everybody who has it can join. */
  readonly roomId: string;
  /** Our name, as the room has it. */
  readonly name: string;
  readonly capacity: number;
  readonly room: ReadonlySignal<Room>;
  readonly remotes: Video['remotes'];
  readonly provider: Video['provider'];
  readonly hub = signal<HubState>('connecting');
  /** Whether our page is out of view; then we are not read. */
  readonly away: ReadonlySignal<boolean>;
  /** Whether we are read at a steady pace while we agree, or only when somebody asks. */
  readonly live: Signal<boolean>;
  readonly consent: ReadonlySignal<boolean>;
  /** How far our consent goes; null while that is not known. */
  readonly scope: Consent['scope'];
  /** Whether the room is open and we agreed only to room-only: then the page may ask us. */
  readonly narrow: ReadonlySignal<boolean>;
  /** Who reads our camera; null if the service does and the choice was not opened. */
  readonly way: NonNullable<StayPorts['way']>;
  readonly readable: BeingRead['readable'];
  /** The last other participant who asked to read everyone; a new object each time. */
  readonly asked = signal<{ readonly by: string } | null>(null);
  /** The last host who muted us; a new object each time. */
  readonly mutedBy = signal<{ readonly by: string } | null>(null);
  readonly ended = signal<EndReason | null>(null);
  /** What we may do if we are a host. */
  readonly hosting = new Hosting({
    membership: () => this.#membership,
    connectionsOf: (participant) => this.#video.connectionsOf(participant),
    hear: (message) => this.#hear(message),
  });

  readonly #ports: StayPorts;
  readonly #invitation: Invitation;
  readonly #room;
  readonly #consent: Consent;
  readonly #present = signal(false);
  readonly #problems = new Problems();
  readonly #video: Video;
  readonly #beingRead: BeingRead;
  readonly #network = new Network(this.#problems, {
    probe: () => untracked(() => this.#membership.refresh()),
    retry: () => untracked(() => this.#membership.retry()),
  });
  readonly problems = this.#problems.shown;
  /** Whether a problem prevents our readings. */
  readonly interrupted = this.#problems.interrupted;
  readonly #disposers: (() => void)[] = [];
  #membership: Membership;
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
    this.scope = this.#consent.scope;
    this.#room = signal(this.#enteredAs(joined));
    this.room = this.#room;
    this.way = ports.way ?? signal(null);
    this.away = computed(() => !ports.visible.value);
    this.#video = new Video(ports, this.#problems);
    this.remotes = this.#video.remotes;
    this.provider = this.#video.provider;
    this.narrow = computed(
      () =>
        this.#consent.given.value &&
        this.scope.value === 'room-only' &&
        this.#room.value.mode === 'open',
    );
    this.#membership = this.#enter(joined);
    this.#beingRead = new BeingRead({
      ...ports,
      way: this.way,
      live: this.live,
      consent: this.#consent,
      problems: this.#problems,
      present: this.#present,
      ended: this.ended,
      room: this.#room,
      change: (room) => this.#change(room),
      membership: () => this.#membership,
    });
    this.readable = this.#beingRead.readable;
    this.#disposers.push(
      effect(() => {
        if (this.#consent.saved.value) this.#problems.set('consent-unsaved', false);
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
    this.#beingRead.captureNow();
  }

  /** Takes a frame now: the camera's picture has changed. */
  captureNow(): void {
    this.#beingRead.captureNow();
  }

  /** A part of the page shows so many lines of the others' pictures, by participant; 0 for none. */
  show(part: string, lines: ReadonlyMap<string, number>): void {
    this.#video.show(part, lines);
  }

  /** Tries now to repair the video. */
  retryVideo(): void {
    this.#video.retry();
  }

  /** Gives or withdraws our consent. It counts here at once; it is sent until the functions have it. */
  setConsent(consent: boolean): void {
    const { listed, mode } = this.#room.peek();
    this.#consent.set(consent, listed ? mode : null);
    const { self } = this.#room.value;
    this.#room.value = setConsent(this.#room.value, self, consent, this.#ports.now());
  }

  /** Agrees that an open room shows our readings to everyone. */
  widenConsent(): void {
    this.#consent.widen();
  }

  /**
   * Replaces our shown reading with our own word, and readings of the next seconds that repeat the
   * mistake. Rejects with `ApiError`.
   */
  correct(expression: Expression): Promise<void> {
    return this.#beingRead.correct(expression);
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
    this.#video.use(null);
    this.#present.value = false;
    this.#problems.set('rejoining', true);
    const place = await takePlaceAgain(
      this.#ports.api,
      this.#invitation,
      () => ({ consent: this.#consent.given.peek(), scope: this.#consent.scope.peek() }),
      () => this.ended.peek() !== null,
      (wait) => {
        this.#wait = wait;
        if (this.ended.peek() !== null) wait.giveUp(); // left before the door answered
      },
    );
    this.#wait = null;
    if (place === null) return;
    if (typeof place === 'string') return this.#end(place);
    this.#rejoining = false;
    this.#room.value = this.#enteredAs(place.joined);
    this.#membership = this.#enter(place.joined);
    this.#beingRead.enter();
    this.#consent.tookPlaceWith(place);
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
    return new Membership(api, {
      openHub: this.#ports.openHub,
      openCall: this.#ports.openCall,
      onCall: (call) => {
        this.#video.use(call);
        this.#video.connect(this.#room.value);
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
        this.hosting.endVideoOfRemoved();
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
      ages: () => this.#beingRead.takeAges(),
      now,
    });
  }

  #end(reason: EndReason): void {
    if (this.ended.value !== null) return;
    this.ended.value = reason;
    this.#network.stop();
    this.#membership.close();
    for (const dispose of this.#disposers) dispose();
    this.#video.stop();
    this.#beingRead.stop();
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
        this.#beingRead.captureNow();
        break;
      case 'signal':
        this.#video.receive(message.body);
        if (!this.#room.value.people.has(message.body.from)) this.#membership.refresh();
        break;
      case 'reading':
      case 'unread':
        if (message.body.participant !== self) break;
        this.#beingRead.hear(message);
        return;
      default:
        break;
    }
    this.#change(applyMessage(this.#room.value, message, this.#ports.now()));
  }

  #change(room: Room): void {
    const peopleChanged = room.people !== this.#room.value.people;
    this.#room.value = room;
    if (peopleChanged) this.#video.connect(room);
  }
}
