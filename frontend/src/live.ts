/** When a frame is taken: at a steady pace, on demand, and never two at a time. */

/** Time between two frames while live, in ms. */
export const LIVE_INTERVAL = 2_000;
const SETTLE_TIMEOUT = 5_000; // ms after which a frame without an answer is given up
const BACKOFF_MAX = 16_000; // ms
const SLOT_PAUSE = 1_000; // ms until there may be a ticket again
const ASK_PATIENCE = 10_000; // ms after which a frame asked for is given up

/** What `LiveReading` needs of the world. */
export interface LivePorts {
  /** Whether a frame may be taken at all: consent, a running camera, a visible page. */
  readonly allowed: () => boolean;
  /** Captures and uploads one frame and answers its name; null when there was nothing to send. */
  readonly send: (signal: AbortSignal) => Promise<string | null>;
  /** Hears how each attempt went: null, or what it failed with. */
  readonly report: (failure: unknown) => void;
  readonly now: () => number;
}

/** Takes frames while allowed: every two seconds when live, and one whenever asked. */
export class LiveReading {
  readonly #ports: LivePorts;
  #live = false;
  #askedAt: number | null = null;
  #failures = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  #settled = '';
  #onSettled: (() => void) | null = null;
  #inFlight: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: LivePorts) {
    this.#ports = ports;
  }

  /** Starts or stops the steady pace. */
  setLive(live: boolean): void {
    this.#live = live;
    this.#schedule();
  }

  /** Takes one frame now, or right after the one in flight. */
  captureNow(): void {
    this.#askedAt = this.#ports.allowed() ? this.#ports.now() : null;
    this.#schedule();
  }

  /** Call it when `allowed` may have changed: what is not allowed any more stops at once. */
  check(): void {
    if (!this.#ports.allowed()) {
      this.#askedAt = null;
      this.#inFlight?.abort();
    }
    this.#schedule();
  }

  /** Our own `frame` was read, or found unreadable. */
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
      void this.#run();
    } else if (this.#live) {
      const pace = Math.min(LIVE_INTERVAL * 2 ** this.#failures, BACKOFF_MAX);
      const due = Math.max(0, this.#startedAt + pace - this.#ports.now());
      this.#timer = setTimeout(() => {
        if (this.#ports.allowed()) void this.#run();
      }, due);
    }
  }

  async #run(): Promise<void> {
    const inFlight = new AbortController();
    this.#inFlight = inFlight;
    const askedAt = this.#askedAt;
    this.#askedAt = null;
    this.#startedAt = this.#ports.now();
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
