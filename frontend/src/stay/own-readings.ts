/**
 * Our readings if this device makes them: reading → own word → shown here at once → sent, if the others
 * need it. No picture leaves this device. This code is loaded with the reader.
 */
import type { ReadonlySignal } from '@preact/signals';
import type { FrameSource } from '../frame/line.ts';
import type { Result } from '../frame/result.ts';
import { toldOf, withCorrection } from '../frame/tell.ts';
import type { OwnReader } from '../frame/way.ts';
import { applyMessage, type Room, shownMode } from '../room/room.ts';
import { ApiError } from '../wire/api.ts';
import { DEVICE, type RoomMode, type ToldReading } from '../wire/contract.ts';
import { OthersKnow } from './others-know.ts';

const ASKED_FOR = 3_000; // ms after somebody asked for it, in which every reading is sent

const MEASURE = 'read'; // one picture's time in the worker, for the browser's tools and the bench

/** What `OwnReadings` needs of its stay. */
export interface OwnReadingsPorts {
  readonly reader: OwnReader & { took(ms: number): void };
  readonly source: FrameSource;
  readonly room: ReadonlySignal<Room>;
  readonly change: (room: Room) => void;
  /** What a picture taken now may be told under. */
  readonly mode: () => RoomMode;
  /** Our person's own word for a picture taken now, if there is one. */
  readonly correction: () => string | undefined;
  /** Sends the reading to the functions, until it is aborted; returns its frame. */
  readonly tell: (reading: ToldReading, abort: AbortSignal) => Promise<string>;
  readonly now: () => number;
}

/** Makes one participant's readings, one at a time; `frame/pace.ts` says when. */
export class OwnReadings {
  readonly #ports: OwnReadingsPorts;
  readonly #others = new OthersKnow();
  #told = '';

  constructor(ports: OwnReadingsPorts) {
    this.#ports = ports;
  }

  /** The frame of the last reading that the functions took; empty before the first. */
  get told(): string {
    return this.#told;
  }

  /** The last one did not arrive. */
  forget(): void {
    this.#others.forget();
  }

  /**
   * Reads one picture; returns its frame, or null if there was nothing to send or this slot has a
   * reading already. Rejects with `CaptureError` or `ApiError`, or if `abort` aborts.
   */
  async send(abort: AbortSignal): Promise<string | null> {
    const { reader, source, room, tell, now } = this.#ports;
    const before = this.#ports.mode();
    const taken = await source.take((picture, width, height) =>
      reader.read(picture, width, height),
    );
    abort.throwIfAborted();
    if (!taken) return null;
    const { seen, capturedAt } = taken;
    reader.took(seen.took);
    leave(seen.took);
    const { result } = seen;
    const correction = this.#ports.correction();
    // A slow machine's picture may be of before the room was opened: the stricter mode counts.
    const mode = before === 'open' ? this.#ports.mode() : before;
    const read = this.#show(result, capturedAt, correction);
    // In a room-only room every reading is sent: the times must not depend on how a face looks.
    const asked = now() - room.peek().askedAt < ASKED_FOR;
    const open = shownMode(room.peek(), now()) === 'open';
    if (open && !this.#others.needs(read, now(), asked)) return null;
    try {
      this.#told = await tell(toldOf(result, now() - capturedAt, mode, correction), abort);
    } catch (error) {
      this.forget();
      if (error instanceof ApiError && error.code === 'too-many-readings') return null;
      throw error;
    }
    return this.#told;
  }

  /** Shows the result at once; returns the reading, or why there is none. */
  #show(result: Result, capturedAt: number, correction: string | undefined) {
    const { room, change, now } = this.#ports;
    const before = room.peek();
    const identity = { participant: before.self, frame: this.#nextFrame(before) };
    if (result.reason) {
      const body = { ...identity, reason: result.reason };
      change(applyMessage(before, { target: 'unread', body }, now()));
      return result.reason;
    }
    const faces = withCorrection(result.faces, correction);
    const body = { ...identity, capturedAt, readAt: now(), faces, reader: DEVICE };
    change(applyMessage(before, { target: 'reading', body }, now()));
    return body;
  }

  /** A name after all known names: the functions name only readings that they get. */
  #nextFrame({ self, lastFrames }: Room): string {
    const last = Math.max(Number(lastFrames.get(self)?.frame ?? 0), Number(this.#told));
    return String(last + 1).padStart(13, '0');
  }
}

/** Writes the worker's time, in ms, into the browser's performance timeline. */
function leave(took: number): void {
  performance.clearMeasures(MEASURE); // a call is long, and its timeline must not grow with it
  const end = performance.now();
  performance.measure(MEASURE, { start: Math.max(0, end - took), end });
}
