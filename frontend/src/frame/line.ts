/**
 * The line of our frames, with one owner: pace → capture → own word → upload. If this device reads, it
 * is pace → `OwnLine`.
 */
import type { Expression, Face, RoomMode, UploadTicket } from '../wire/contract.ts';
import type { CapturedFrame, Taken } from './capture.ts';
import { correctionAt, type OwnWord, sayOwnWord } from './own-word.ts';
import { Pace } from './pace.ts';
import { Uploader } from './upload.ts';

const AGE_MAX = 60_000; // ms
const AGES_MAX = 16;

/** The source of frames. */
export interface FrameSource {
  /** Chooses the camera; null releases it. */
  setTrack(track: MediaStreamTrack | null): void;
  /** The present picture; null without a running camera. */
  capture(): Promise<CapturedFrame | null>;
  /** What is seen in the present picture; null without a running camera. */
  take<T>(
    look: (picture: VideoFrame | ImageBitmap, width: number, height: number) => Promise<T>,
  ): Promise<Taken<T> | null>;
}

/** Reads a picture that stays on this device, and tells what it read where the room needs to hear of it. */
export interface OwnLine {
  /** The frame that the reading was given; null where nothing was told. */
  send(abort: AbortSignal): Promise<string | null>;
}

/** What a `FrameLine` needs of the world. */
export interface FrameLinePorts {
  readonly source: FrameSource;
  /** Whether a frame may be taken at all. */
  readonly allowed: () => boolean;
  /** Whether the times of frames must say nothing of whose they are. */
  readonly random: () => boolean;
  /** The mode of the room that our person is shown now. */
  readonly mode: () => RoomMode;
  /** Hears how each frame went: null, or what it failed with. */
  readonly report: (failure: unknown) => void;
  /** The way of pictures that stay on this device; null where the service reads. */
  readonly own: () => OwnLine | null;
  /** How many times slower than usual to be. */
  readonly slowness: () => number;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** Takes one participant's frames and puts them into the storage; `pace` says when. */
export class FrameLine {
  readonly pace: Pace;
  readonly #ports: FrameLinePorts;
  #uploader: Uploader | null = null;
  #ownWord: OwnWord | null = null;
  #ages: number[] = [];

  constructor(ports: FrameLinePorts) {
    this.#ports = ports;
    this.pace = new Pace({ ...ports, send: (abort) => this.#send(abort) });
  }

  /** Chooses the camera; null releases it. */
  setTrack(track: MediaStreamTrack | null): void {
    this.#ports.source.setTrack(track);
  }

  /** Uploads by these tickets from now on: those of a new place in the room. */
  uploadWith(uploadTickets: (count: number) => Promise<readonly UploadTicket[]>): void {
    const { fetch, now } = this.#ports;
    this.#uploader = new Uploader({ uploadTickets, fetch, now });
  }

  /** What we say of ourselves in a picture taken now, if we do: `INSTEAD:EXPRESSION`. */
  correction(): string | undefined {
    return correctionAt(this.#ownWord, this.#ports.now());
  }

  /** Fetches tickets now. A failure is not reported: the frame that needs the ticket reports it. */
  prepare(): void {
    this.#uploader?.prepare().catch(() => undefined);
  }

  /** Puts our own word in place of how we are `shown`, for the frames of the next seconds too. */
  say(shown: Face, expression: Expression): void {
    this.#ownWord = sayOwnWord(this.#ownWord, shown, expression, this.#ports.now());
  }

  /** Forgets our own word. */
  unsay(): void {
    this.#ownWord = null;
  }

  /** A reading of ours is shown now, of a picture taken then (functions' time). */
  noteShown(capturedAt: number): void {
    const age = Math.round(this.#uploader?.age(capturedAt) ?? Number.NaN);
    if (age >= 0 && age <= AGE_MAX) this.#ages = [...this.#ages, age].slice(-AGES_MAX);
  }

  /** How old our last readings were when they were shown (ms): what was not yet taken. */
  takeAges(): readonly number[] {
    const ages = this.#ages;
    this.#ages = [];
    return ages;
  }

  /** Ends it for good, and lets go of the camera. */
  stop(): void {
    this.pace.stop();
    this.setTrack(null);
  }

  async #send(abort: AbortSignal): Promise<string | null> {
    const own = this.#ports.own();
    if (!own) return this.#upload(abort);
    const told = await own.send(abort).catch((error: unknown) => {
      if (own === this.#ports.own()) throw error;
      return null; // its reader was let go of meanwhile
    });
    if (!told) return null;
    this.#uploader?.passed(told);
    this.pace.settle(told); // it is read: nothing is waited for
    return told;
  }

  async #upload(abort: AbortSignal): Promise<string | null> {
    const shown = this.#ports.mode();
    const frame = await this.#ports.source.capture();
    abort.throwIfAborted();
    if (!frame || !this.#uploader) return null;
    const mode = shown === 'open' ? this.#ports.mode() : shown; // the stricter, if it changed
    const correction = this.correction();
    return this.#uploader.upload({ ...frame, mode, correction }, abort);
  }
}
