import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { arabic } from '../words/strings.ar.ts';
import { english } from '../words/strings.ts';
import { judgeName } from './names.ts';

const cases: Record<'kept' | 'cleaned' | 'refused', [string, string][]> & { unseen: string[] } =
  JSON.parse(readFileSync(new URL('../../../tests/contract/names.json', import.meta.url), 'utf8'));

describe('a name', () => {
  it.each([...cases.kept, ...cases.cleaned])('%j is taken as %j', (sent, name) => {
    expect(judgeName(sent)).toEqual({ name });
  });

  it.each(cases.unseen)('of nothing that is seen is missing: %j', (sent) => {
    expect(judgeName(sent)).toEqual({ problem: 'missing' });
  });

  it.each(cases.refused)('%j has a character that cannot be shown: %s', (sent, character) => {
    expect(judgeName(sent)).toMatchObject({ problem: 'character', character });
  });

  it('is counted in characters, not in halves of them', () => {
    expect(judgeName('👩'.repeat(60))).toEqual({ name: '👩'.repeat(60) });
    expect(judgeName('👩'.repeat(61))).toEqual({ problem: 'too-long', characters: 61 });
  });

  it('says which of its characters is the trouble', () => {
    expect(judgeName('👩 Ada\u0007')).toMatchObject({ position: 6 });
  });
});

describe('a name in a sentence', () => {
  const isolatedIn = (words: string, name: string) => words.includes(`\u2068${name}\u2069`);

  it('is isolated wherever its script runs the other way', () => {
    for (const name of ['علي', 'דנה', '2 علي']) {
      expect(isolatedIn(english.timeline.notRead([name, 'Ada']), name)).toBe(true);
    }
    expect(english.notice.joined('Ada')).toBe('Ada joined.');
    expect(isolatedIn(arabic.notice.joined('Ada'), 'Ada')).toBe(true);
  });

  it.each([
    ['English', english],
    ['Arabic', arabic],
  ])('is isolated in every sentence of %s', (_, words) => {
    const name = 'علي';
    const { call, room, tile, notice, timeline } = words;
    const sentences = [
      call.you(name),
      room.emojiOf(name),
      room.sizeOf(name),
      tile.pin(name),
      tile.screen(name),
      notice.asked(name),
      notice.joined(name),
      notice.left(name),
      notice.looks(name, ['']),
      timeline.roomOf([name]),
      timeline.notRead([name]),
      timeline.says(name, ''),
    ];
    expect(sentences.filter((sentence) => !isolatedIn(sentence, name))).toEqual([]);
  });
});
