/**
 * The time for everything that lasts or expires in this page. It never runs backwards, even if the
 * machine's clock is set. Milliseconds; at the page's start it is the time since the Unix epoch.
 *
 * The browser's monotonic clock stands still while a machine sleeps (so do Chrome's on Linux and
 * macOS), and things that expired during sleep must count as expired afterwards. So a wall clock that
 * jumps ahead of the monotonic one counts as sleep. If it was only set forward, the page fetches things
 * again, which costs a request; a clock set back changes nothing.
 */
const LEAST_SLEEP = 1_000; // ms; smaller jumps are corrections of a clock

/** The two clocks of a machine. */
export interface Clocks {
  /** Milliseconds since the Unix epoch; may be set to anything at any time. */
  readonly wall: () => number;
  /** Milliseconds since some moment; may stand still while the machine sleeps. */
  readonly monotonic: () => number;
}

/** A time that never runs backwards, made of a machine's two clocks. */
export class PageTime {
  readonly #clocks: Clocks;
  /** The offset to the monotonic clock. */
  #ahead: number;
  /** How far the wall clock was ahead of the monotonic one at the last call. */
  #lead: number;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
    this.#lead = clocks.wall() - clocks.monotonic();
    this.#ahead = this.#lead;
  }

  /** The present time in ms; a jump of the wall clock by more than 1 s counts as sleep. */
  now(): number {
    const monotonic = this.#clocks.monotonic();
    const lead = this.#clocks.wall() - monotonic;
    const slept = lead - this.#lead;
    if (slept > LEAST_SLEEP) this.#ahead += slept;
    this.#lead = lead;
    return monotonic + this.#ahead;
  }

  /** The machine's clock, as it is set now, at a time of ours; for texts that people read. */
  onTheWall(time: number): number {
    return time - this.now() + this.#clocks.wall();
  }
}

const pageTime = new PageTime({ wall: () => Date.now(), monotonic: () => performance.now() });

/** The present time of this page. */
export function now(): number {
  return pageTime.now();
}

/** The machine's clock at a time of this page, in ms since the Unix epoch. */
export function onTheWall(time: number): number {
  return pageTime.onTheWall(time);
}
