/** Decides when a frame is taken: at a steady or a random pace, on demand, and one at a time. */

import { pauseAfter } from '../wire/api.ts';

/** Time between two frames while live, in ms. */
export const LIVE_INTERVAL = 2_000;
/** Time from a frame that looks different to the one that confirms it, in ms. A talking mouth has
 * moved by then; an earlier frame would show the same moment twice. */
export const CONFIRM_PAUSE = 350;
const LEAST_PAUSE = 1_000; // ms, beyond a ticket's slot
const MOST_PAUSE = 6_000; // ms; a face counts for the room's look for longer
const SETTLE_TIMEOUT = 5_000; // ms after which a frame without an answer is given up
const BACKOFF_MAX = 16_000; // ms
const SLOT_PAUSE = 1_000; // ms until there may be a new ticket
const ASKED_SPREAD = 1_500; // ms within which requested frames are taken at a random pace
const ASK_PATIENCE = 10_000; // ms after which a requested frame is given up

/** What `Pace` needs of the world. */
export interface PacePorts {
  /** Whether a frame may be taken at all: consent, a running camera, a visible page. */
  readonly allowed: () => boolean;
  /** Whether the times of frames must not show whose frames they are. */
  readonly random: () => boolean;
  /** Captures and uploads one frame and returns its name; null if there was nothing to send. */
  readonly send: (signal: AbortSignal) => Promise<string | null>;
  /** Gets the result of each attempt: null, or the error. */
  readonly report: (failure: unknown) => void;
  /** The factor by which the pace is slower; absent means 1. */
  readonly slowness?: () => number;
  readonly now: () => number;
}

/**
 * A pause between two frames, in ms: two seconds at the mean, as at the steady pace.
 *
 * Beyond the shortest pause it is drawn from an exponential distribution, which has no memory: the
 * next frame is always equally likely, however long the pause has lasted. `bench.linkage` measures
 * what an observer can still infer.
 */
function randomPause(): number {
  const beyond = (LIVE_INTERVAL - LEAST_PAUSE) * -Math.log(1 - Math.random());
  return Math.min(LEAST_PAUSE + beyond, MOST_PAUSE);
}

/** Takes frames while allowed: every two seconds if live, and one at each request. */
export class Pace {
  readonly #ports: PacePorts;
  #live = false;
  #askedAt: number | null = null;
  /** When what was asked for is taken. */
  #askedDue = 0;
  #failures = 0;
  /** The functions asked for no frame before this. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #startedAt = Number.NEGATIVE_INFINITY;
  #pause = LIVE_INTERVAL;
  /** Whether the last reading needs a second one soon. */
  #doubtful = false;
  /** The running pace; null while no frame may be taken. */
  #begun: 'steady' | 'random' | null = null;
  #settled = '';
  #onSettled: (() => void) | null = null;
  #inFlight: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: PacePorts) {
    this.#ports = ports;
  }

  /** Starts or stops the steady pace. */
  setLive(live: boolean): void {
    this.#live = live;
    this.#schedule();
  }

  /**
   * Takes one frame now, or right after the one in flight; at a random pace after a pause. All are
   * asked at once, and how fast each device and network answers says whose a nameless face is.
   */
  captureNow(): void {
    const now = this.#ports.now();
    if (this.#askedAt === null) {
      this.#askedDue = now + (this.#ports.random() ? Math.random() * ASKED_SPREAD : 0);
    }
    this.#askedAt = this.#ports.allowed() ? now : null;
    this.#schedule();
  }

  /**
   * Takes the next frame early, because our last reading looks different from the shown one; the frame
   * confirms it or not. Never at a random pace: its times must not depend on a face.
   */
  confirm(): void {
    if (!this.#live || this.#ports.random()) return;
    this.#doubtful = true;
    this.#schedule();
  }

  /** Call it when `allowed` may have changed; frames that are no longer allowed stop at once. */
  check(): void {
    if (!this.#ports.allowed()) {
      this.#askedAt = null;
      this.#begun = null;
      this.#doubtful = false;
      this.#failures = 0; // without tries there are no failures
      this.#inFlight?.abort();
    }
    this.#schedule();
  }

  /** The result for our `frame` has come. */
  settle(frame: string): void {
    if (frame > this.#settled) this.#settled = frame;
    this.#onSettled?.();
  }

  /** Ends it for good. */
  stop(): void {
    this.#live = false;
    this.#askedAt = null;
    this.#inFlight?.abort();
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#inFlight || !this.#ports.allowed()) return;
    if (this.#askedAt !== null) {
      const due = Math.max(this.#askedDue, this.#notBefore) - this.#ports.now();
      if (due <= 0) void this.#run();
      else this.#timer = setTimeout(() => this.#schedule(), due);
    } else if (this.#live) {
      this.#begin(this.#ports.random() ? 'random' : 'steady');
      const slow = this.#ports.slowness?.() ?? 1;
      const usual = this.#doubtful && this.#begun === 'steady' ? CONFIRM_PAUSE : this.#pause;
      const pace = Math.min(usual * slow * 2 ** this.#failures, BACKOFF_MAX);
      const at = Math.max(this.#startedAt + pace, this.#notBefore);
      const due = Math.max(0, at - this.#ports.now());
      this.#timer = setTimeout(() => {
        if (this.#ports.allowed()) void this.#run();
      }, due);
    }
  }

  /** Starts a pace; a random one starts with a pause, because others know when we came. */
  #begin(pace: 'steady' | 'random'): void {
    if (this.#begun === pace) return;
    this.#begun = pace;
    this.#pause = pace === 'random' ? randomPause() : LIVE_INTERVAL;
    if (pace === 'random') this.#startedAt = this.#ports.now();
  }

  async #run(): Promise<void> {
    const inFlight = new AbortController();
    this.#inFlight = inFlight;
    const askedAt = this.#askedAt;
    this.#askedAt = null;
    this.#doubtful = false;
    this.#startedAt = this.#ports.now();
    if (this.#begun === 'random') this.#pause = randomPause();
    try {
      const frame = await this.#ports.send(inFlight.signal);
      this.#failures = 0;
      if (frame) {
        this.#ports.report(null);
        await this.#settlement(frame, inFlight.signal);
      } else if (askedAt !== null && this.#ports.now() - askedAt < ASK_PATIENCE) {
        await new Promise((resolve) => setTimeout(resolve, SLOT_PAUSE));
        inFlight.signal.throwIfAborted();
        this.#askedAt ??= askedAt;
      }
    } catch (failure) {
      if (!inFlight.signal.aborted) {
        this.#failures += 1;
        this.#notBefore = this.#ports.now() + pauseAfter(failure, 0);
        this.#ports.report(failure);
      }
    }
    this.#inFlight = null;
    this.#schedule();
  }

  /** Resolves when `frame` or a later one is settled, after five seconds, or when aborted. */
  async #settlement(frame: string, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timeout);
        signal.removeEventListener('abort', done);
        this.#onSettled = null;
        resolve();
      };
      const timeout = setTimeout(done, SETTLE_TIMEOUT);
      this.#onSettled = () => {
        if (this.#settled >= frame) done();
      };
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
      else this.#onSettled();
    });
  }
}
