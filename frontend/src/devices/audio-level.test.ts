import { describe, expect, it } from 'vitest';
import { SpeakingGate } from './audio-level.ts';

describe('speaking', () => {
  it('lasts through the gaps between words, and ends with the sentence', () => {
    const gate = new SpeakingGate();
    const heard = [
      [0, 0.001],
      [200, 0.2],
      [400, 0],
      [800, 0.1],
      [1_400, 0],
      [1_600, 0],
    ].map(([now = 0, level = 0]) => gate.speaks(level, now));
    expect(heard).toEqual([false, true, true, true, true, false]);
  });
});
