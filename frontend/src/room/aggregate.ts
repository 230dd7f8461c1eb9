/** The look of a room as a whole, from faces without their owners: pure. */
import { type Appearance, EXPRESSIONS, type Expression } from '../wire/contract.ts';

/** How a room looks. */
export interface Aggregate {
  /** Each expression's mean score over the faces, greatest first; they sum to 1. */
  readonly shares: readonly Share[];
  /** How many faces it is made from. */
  readonly faces: number;
}

/** The part of one expression in how the room looks. */
export interface Share {
  readonly expression: Expression;
  /** From 0 to 1. */
  readonly share: number;
}

/**
 * The look of these faces together; null if there are none.
 *
 * It is the mean of the scores, not a count of faces. So it changes smoothly, an unsure face adds a
 * little to several expressions, and it does not show that exactly one face of three looks so.
 */
export function aggregate(faces: Iterable<Pick<Appearance, 'scores'>>): Aggregate | null {
  const all = [...faces];
  if (all.length === 0) return null;
  const shares = EXPRESSIONS.map((expression) => ({
    expression,
    share: rounded(all.reduce((sum, { scores }) => sum + scores[expression], 0) / all.length),
  }));
  return { shares: shares.sort((a, b) => b.share - a.share), faces: all.length };
}

/** Rounded to four digits, as scores are sent, so that equal shares keep their order. */
function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
