/** Whether somebody talks into a microphone that is muted. */

const LOUD = 0.03; // of full scale; what is farther away than the person stays below
const WITHIN = 2_000; // ms
const OFTEN = 8; // loud moments within that time: speech, and no cough, door or key
const PAUSE = 60_000; // ms until it is told again

/** Decides from the loudness of a muted microphone whether its person talks. */
export class MutedTalk {
  #loudAt: number[] = [];
  #toldAt = Number.NEGATIVE_INFINITY;

  /**
   * Whether to tell the person now that they talk while muted: at eight loud moments within 2 s,
   * and at most once a minute. Call it some ten times a second.
   *
   * `level` is the loudness at `now` (ms), from 0 to 1.
   */
  hears(level: number, now: number): boolean {
    if (level < LOUD) return false;
    this.#loudAt = [...this.#loudAt.filter((at) => now - at < WITHIN), now];
    if (this.#loudAt.length < OFTEN || now - this.#toldAt < PAUSE) return false;
    this.#toldAt = now;
    return true;
  }
}
