/**
 * The difference between the functions' clock and this page's, from upload tickets.
 *
 * A ticket's name is the start of the functions' present time slot. If an answer with the slot `f` came
 * between `askedAt` and `heardAt`, the functions were ahead of us by at least `f - heardAt` and by less
 * than `f + slot - askedAt`. Each answer narrows this range (Marzullo's algorithm for one source).
 */
export class ServerTime {
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;

  /** Adds an answer: its slot, and the length of a slot in ms. */
  hear(askedAt: number, heardAt: number, slot: number, length: number): void {
    const [least, most] = [slot - heardAt, slot + length - askedAt];
    const agrees = least <= this.#most && most >= this.#least;
    // If it does not fit, one of the clocks was set, and the range so far is useless.
    this.#least = agrees ? Math.max(this.#least, least) : least;
    this.#most = agrees ? Math.min(this.#most, most) : most;
  }

  /** The functions' time at a time of ours, in ms since the Unix epoch; ours while the two may agree. */
  at(time: number): number {
    const mayAgree = this.#least <= 0 && this.#most >= 0;
    return mayAgree ? time : time + (this.#least + this.#most) / 2;
  }
}
