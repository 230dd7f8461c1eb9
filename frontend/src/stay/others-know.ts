/**
 * Decides when to send a reading of this device: if it changes what the others are shown, or if they got
 * nothing for so long that our emoji would fade.
 *
 * The others' pages filter our readings (`room/steady.ts`). The same filter runs here over the readings
 * that were sent, so that a change waits here for its second reading exactly as it does there.
 */

import { type SteadyFace, type SteadyFaces, steady } from '../room/steady.ts';
import type { Reading } from '../wire/contract.ts';

/** ms after which the others need a new reading: emojis fade from 4 s on, filters end after 5 s. */
const SIGN = 4_000;
const EARLY = 1_000; // ms; half a pace before the sign is due is nearer to it than half a pace after
const MOVED = 0.2; // of a face's width, by which its emoji would be beside it
const SURER = 0.1; // of the confidence that is shown beside the emoji

/** The others' last reading of us. */
export class OthersKnow {
  #faces: SteadyFaces | undefined;
  #reason: string | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** Whether to send this reading or unread at `now`; if so, it counts as sent. */
  needs(read: Reading | string, now: number, asked: boolean): boolean {
    const next = typeof read === 'string' ? this.#faces : steady(this.#faces, read, asked);
    const due = asked || now - this.#toldAt > SIGN - EARLY;
    const same =
      typeof read === 'string' ? this.#reason === read : this.#reason === null && this.#alike(next);
    if (same && !due) return false;
    this.#toldAt = now;
    this.#reason = typeof read === 'string' ? read : null;
    this.#faces = next;
    return true;
  }

  /** The last one did not arrive: the next one is sent. */
  forget(): void {
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }

  #alike(next: SteadyFaces | undefined): boolean {
    const before = this.#faces?.faces;
    const after = next?.faces;
    if (!before || after?.length !== before.length) return false;
    return after.every((face) => {
      const former = before.find(({ id }) => id === face.id);
      return former !== undefined && looksThere(former, face);
    });
  }
}

/** Whether the emoji keeps its place and its word, and no change waits for a second reading. */
function looksThere(before: SteadyFace, after: SteadyFace): boolean {
  if (before.doubted || after.doubted) return false;
  const [a, b] = [before.shown, after.shown];
  const beside = Math.hypot(
    a.box.x + a.box.width / 2 - b.box.x - b.box.width / 2,
    a.box.y + a.box.height / 2 - b.box.y - b.box.height / 2,
  );
  return (
    a.expression === b.expression &&
    a.unsure === b.unsure &&
    a.ownWord === b.ownWord &&
    Math.abs(a.confidence - b.confidence) < SURER &&
    beside < MOVED * a.box.width
  );
}
