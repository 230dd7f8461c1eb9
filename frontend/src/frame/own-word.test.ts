import { expect, it } from 'vitest';
import messages from '../../../tests/contract/messages.json';
import vocabulary from '../../../tests/contract/vocabulary.json';
import type { Expression, Face } from '../wire/contract.ts';
import { parseReading } from '../wire/messages.ts';
import { correctionAt, OWN_WORD_STANDS, sayOwnWord } from './own-word.ts';

const happy = parseReading(messages.reading)?.faces[0] as Face;

it('replaces what was shown, for some seconds', () => {
  const said = sayOwnWord(null, happy, 'sadness', 1_000);
  expect(correctionAt(said, 1_000)).toBe('happiness:sadness');
  expect(correctionAt(said, 999 + OWN_WORD_STANDS)).toBe('happiness:sadness');
  expect(correctionAt(said, 1_000 + OWN_WORD_STANDS)).toBeUndefined();
  expect(correctionAt(null, 1_000)).toBeUndefined();
});

it('replaces no clear expression, too', () => {
  const said = sayOwnWord(null, { ...happy, unsure: true }, 'anger', 0);
  expect(correctionAt(said, 0)).toBe('unsure:anger');
});

it('said anew still replaces what was read, not the word before', () => {
  const first = sayOwnWord(null, happy, 'sadness', 0);
  const shown: Face = { ...happy, expression: 'sadness', ownWord: true };
  expect(correctionAt(sayOwnWord(first, shown, 'fear', 5_000), 5_000)).toBe('happiness:fear');
});

it.each(Object.entries(vocabulary.corrections))(
  'travels as the shared example %s',
  (text, said) => {
    const { instead, expression } = said as {
      instead: Expression | 'unsure';
      expression: Expression;
    };
    const shown: Face =
      instead === 'unsure' ? { ...happy, unsure: true } : { ...happy, expression: instead };
    expect(correctionAt(sayOwnWord(null, shown, expression, 0), 0)).toBe(text);
  },
);
