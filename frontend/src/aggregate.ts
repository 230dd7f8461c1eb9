/** How a room looks as a whole, from faces of which it does not matter whose they are: pure. */
import { type Appearance, EXPRESSIONS, type Expression } from './contract.ts';

/** How a room looks. */
export interface Aggregate {
  /** The part each expression has, the mean of the faces' scores, greatest first; they sum to 1. */
  readonly shares: readonly Share[];
  /** From how many faces. */
  readonly faces: number;
}

export interface Share {
  readonly expression: Expression;
  /** From 0 to 1. */
  readonly share: number;
}

/**
 * How these faces look together; null where there is none.
 *
 * The mean of the scores and no count of faces: it moves calmly, an unsure face adds what it shows
 * of everything, and it does not say that just one of three looks so.
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

/** To what a score is told in, so that equal shares keep their order whoever came first. */
function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
