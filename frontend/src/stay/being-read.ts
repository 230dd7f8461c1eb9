/** Our being read: when it may happen, by whom, and our own word in place of the reader's. */
import { computed, effect, type ReadonlySignal } from '@preact/signals';
import { FrameLine, type OwnLine } from '../frame/line.ts';
import { applyMessage, correct, type Room, shownMode } from '../room/room.ts';
import { shownFaces } from '../room/sight.ts';
import { needsConfirming } from '../room/steady.ts';
import { ApiError } from '../wire/api.ts';
import { DEVICE, type Expression, type HubMessage, type RoomMode } from '../wire/contract.ts';
import type { Consent } from './consent.ts';
import type { Membership } from './membership.ts';
import type { OwnReadings } from './own-readings.ts';
import type { StayPorts, StayReader } from './ports.ts';
import type { Problems } from './problems.ts';
import { sentCamera } from './video.ts';

/** What `BeingRead` needs of its stay. */
export interface BeingReadPorts
  extends Pick<StayPorts, 'media' | 'frames' | 'visible' | 'fetch' | 'now'> {
  readonly way: NonNullable<StayPorts['way']>;
  /** Whether we are read at a steady pace, or only when somebody asks. */
  readonly live: ReadonlySignal<boolean>;
  readonly consent: Consent;
  readonly problems: Problems;
  /** Whether we receive the room's messages. */
  readonly present: ReadonlySignal<boolean>;
  /** Why the stay is over; null while it lasts. */
  readonly ended: ReadonlySignal<unknown>;
  readonly room: ReadonlySignal<Room>;
  readonly change: (room: Room) => void;
  /** Our present place in the room. */
  readonly membership: () => Membership;
}

/** Has our camera's pictures read, by the service or by this device, while that is allowed. */
export class BeingRead {
  /** Whether frames of our camera may be taken at present. */
  readonly readable: ReadonlySignal<boolean>;
  readonly #ports: BeingReadPorts;
  readonly #line: FrameLine;
  readonly #disposers: readonly (() => void)[];
  /** If this device reads: its reader, and the line of its pictures. */
  #own: { readonly reader: StayReader; readonly line: OwnReadings } | null = null;

  constructor(ports: BeingReadPorts) {
    this.#ports = ports;
    const { consent, room, way } = ports;
    this.readable = computed(
      () =>
        consent.stands.value &&
        ports.present.value && // before it, no page would receive the reading
        sentCamera(ports.media) !== null &&
        ports.visible.value &&
        !ports.problems.offline.value &&
        (way.value?.usable.value ?? true) &&
        ports.ended.value === null,
    );
    this.#line = new FrameLine({
      source: ports.frames,
      allowed: () => this.readable.peek(),
      random: () => room.peek().mode === 'room-only',
      mode: () => this.#mode(),
      report: (failure) => this.#report(failure),
      own: () => this.#ownLine(),
      slowness: () => way.peek()?.slowness() ?? 1,
      fetch: ports.fetch,
      now: ports.now,
    });
    this.enter();
    const mode = computed(() => room.value.mode);
    this.#disposers = [
      effect(() => this.#line.setTrack(ports.media.camera.value.track)),
      effect(() => {
        const service = way.value?.chosen.value !== 'device';
        if (service && consent.stands.value) this.#line.prepare();
      }),
      effect(() => {
        if (consent.given.value)
          way.value?.prepare(); // without consent no reader is needed
        else this.#line.unsay();
      }),
      effect(() => {
        if (!this.readable.value) ports.problems.reportFrame(null); // without tries there are no failures
        this.#line.pace.check();
      }),
      effect(() => this.#line.pace.setLive(ports.live.value)),
      effect(() => {
        if (mode.value) this.#line.pace.check();
      }),
    ];
  }

  /** Goes on with our present place in the room: upload tickets and readings belong to a place. */
  enter(): void {
    const membership = this.#ports.membership();
    this.#line.uploadWith((count) => membership.ask((api) => api.uploadTickets(count)));
    this.#own = null;
  }

  /** Takes a frame now. */
  captureNow(): void {
    this.#line.pace.captureNow();
  }

  /** Takes a message about us; one that only repeats a reading made here changes nothing. */
  hear(message: Extract<HubMessage, { target: 'reading' | 'unread' }>): void {
    this.#line.pace.settle(message.body.frame);
    if (this.#isShown(message)) return;
    const { room, change, now } = this.#ports;
    change(applyMessage(room.peek(), message, now()));
    if (message.target === 'unread') return;
    this.#line.noteShown(message.body.capturedAt);
    const { self, sights } = room.peek();
    const [face] = sights.get(self)?.steadied?.faces ?? [];
    if (face && needsConfirming(face)) this.#line.pace.confirm();
  }

  /**
   * Replaces our shown reading with our own word, and readings of the next seconds that repeat the
   * mistake. Rejects with `ApiError`.
   */
  async correct(expression: Expression): Promise<void> {
    const { room, change, membership } = this.#ports;
    const { self, sights } = room.peek();
    const sight = sights.get(self);
    const [face] = sight ? shownFaces(sight) : [];
    if (!sight?.reading || !face) return;
    const { frame } = sight.reading;
    const mode = this.#mode();
    this.#line.say(face.shown, expression);
    change(correct(room.peek(), { participant: self, frame, expression }));
    // A reading of this device has a frame of the functions only if it was sent.
    const known = sight.reading.reader === DEVICE ? this.#own?.line.told : frame;
    if (known) await membership().ask((api) => api.correct(known, expression, mode));
  }

  /** The ages of our readings when they were shown (ms), each once. */
  takeAges(): readonly number[] {
    return this.#line.takeAges();
  }

  /** Ends it for good. */
  stop(): void {
    for (const dispose of this.#disposers) dispose();
    this.#line.stop();
  }

  /** Whether a message only repeats a reading of ours that is shown here already. */
  #isShown({ target, body }: HubMessage): boolean {
    if (target === 'reading') return body.reader === DEVICE;
    return this.#ports.way.peek()?.chosen.peek() === 'device';
  }

  /** The line of pictures that stay here, a new one with each reader; null if the service reads. */
  #ownLine(): OwnLine | null {
    const { frames, way, room, change, membership, now } = this.#ports;
    const reader = way.peek()?.reader();
    if (!reader) return null;
    if (this.#own?.reader !== reader) {
      const line = reader.line({
        source: frames,
        room,
        change,
        mode: () => this.#mode(),
        correction: () => this.#line.correction(),
        tell: (reading, abort) => membership().ask((api) => api.tellReading(reading, abort)),
        now,
      });
      this.#own = { reader, line };
    }
    return this.#own.line;
  }

  /** What a frame says of its picture: room-only, too, if we agreed to no more when it was taken. */
  #mode(): RoomMode {
    const { consent, room, now } = this.#ports;
    return consent.scope.peek() === 'room-only' ? 'room-only' : shownMode(room.peek(), now());
  }

  #report(failure: unknown): void {
    const { consent, problems } = this.#ports;
    if (failure !== null) this.#own?.line.forget();
    problems.reportFrame(failure);
    const unknown = failure instanceof ApiError && failure.code === 'consent-required';
    if (unknown && consent.given.value) consent.repeat();
  }
}
