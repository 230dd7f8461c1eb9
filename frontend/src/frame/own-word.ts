/** The word that a person chooses for their own face if the reading was wrong, and how long it holds. */
import type { Expression, Face } from '../wire/contract.ts';

/**
 * How long our word holds, in ms. Until then it replaces every reading of us that repeats the mistake.
 * A face changes; after that time our readings are shown again.
 */
export const OWN_WORD_STANDS = 20_000;

/** Our word, the one it replaces, and when it was said. */
export interface OwnWord {
  readonly instead: Expression | 'unsure';
  readonly expression: Expression;
  readonly saidAt: number;
}

/** Our word for a face as it is shown; a new word replaces the same reading as the former one. */
export function sayOwnWord(
  former: OwnWord | null,
  shown: Face,
  expression: Expression,
  saidAt: number,
): OwnWord {
  const read = shown.unsure ? 'unsure' : shown.expression;
  return { instead: shown.ownWord && former ? former.instead : read, expression, saidAt };
}

/** The text for a frame taken now, or undefined; `functions/contract.py` reads it. */
export function correctionAt(ownWord: OwnWord | null, now: number): string | undefined {
  if (!ownWord || now - ownWord.saidAt >= OWN_WORD_STANDS) return undefined;
  return `${ownWord.instead}:${ownWord.expression}`;
}
