/** What somebody says of their own face where the reading was wrong, and how long that stands. */
import type { Expression, Face } from './contract.ts';

/**
 * How long our word stands, in ms: until then it replaces every reading of us that says again what
 * we called wrong. A face changes; after it we are read as anybody.
 */
export const OWN_WORD_STANDS = 20_000;

/** Our word, the one it replaces, and when it was said. */
export interface OwnWord {
  readonly instead: Expression | 'unsure';
  readonly expression: Expression;
  readonly saidAt: number;
}

/** Our word for a face as it is shown; a word said anew replaces what the former one did. */
export function sayOwnWord(
  former: OwnWord | null,
  shown: Face,
  expression: Expression,
  saidAt: number,
): OwnWord {
  const read = shown.unsure ? 'unsure' : shown.expression;
  return { instead: shown.ownWord && former ? former.instead : read, expression, saidAt };
}

/** What goes with a frame taken now, or undefined: as `functions/contract.py` reads it. */
export function correctionAt(ownWord: OwnWord | null, now: number): string | undefined {
  if (!ownWord || now - ownWord.saidAt >= OWN_WORD_STANDS) return undefined;
  return `${ownWord.instead}:${ownWord.expression}`;
}
