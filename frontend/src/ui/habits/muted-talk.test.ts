import { describe, expect, it } from 'vitest';
import { MutedTalk } from './muted-talk.ts';

/** When it was told, of levels that come ten times a second. */
function told(levels: readonly number[], talk = new MutedTalk()): readonly number[] {
  return levels.flatMap((level, n) => (talk.hears(level, n * 100) ? [n * 100] : []));
}

const times = (count: number, ...levels: readonly number[]) =>
  Array.from({ length: count }).flatMap(() => levels);

describe('talking while muted', () => {
  it('is told within two seconds of speech, with its gaps between words', () => {
    expect(told(times(10, 0.1, 0.1, 0))).toEqual([1_000]);
  });

  it('is not a cough, and not a keyboard', () => {
    expect(told([...times(4, 0.5), ...times(30, 0)])).toEqual([]);
    expect(told(times(20, 0.3, 0, 0, 0))).toEqual([]);
  });

  it('is not a quiet room, nor somebody far away', () => {
    expect(told(times(100, 0.02))).toEqual([]);
  });

  it('is told again after a minute, and not before', () => {
    expect(told(times(1_300, 0.1))).toEqual([700, 60_700, 120_700]);
  });
});
