import { describe, expect, it } from 'vitest';
import { ServerTime } from './server-time.ts';

const SLOT = 1_000;
const HOUR = 3_600_000;

/** Hears answers of functions that are `ahead` of us, at these times of ours. */
function heard(ahead: number, times: readonly number[], serverTime = new ServerTime()): ServerTime {
  for (const at of times) {
    const slot = Math.floor((at + 10 + ahead) / SLOT) * SLOT;
    serverTime.hear(at, at + 20, slot, SLOT);
  }
  return serverTime;
}

describe('the time of the functions', () => {
  it.each([0, 3_000, -3_000, HOUR, -HOUR])(
    'is known to half a slot when ahead by %i ms',
    (ahead) => {
      expect(Math.abs(heard(ahead, [5_300]).at(9_000) - (9_000 + ahead))).toBeLessThanOrEqual(530);
    },
  );

  it('is known better with each answer', () => {
    const serverTime = heard(3_000, [5_300, 17_900, 30_050, 42_500]);
    expect(Math.abs(serverTime.at(50_000) - 53_000)).toBeLessThan(200);
  });

  it('is learned anew when a clock was set', () => {
    const serverTime = heard(-HOUR, [30_000], heard(0, [5_300, 17_900]));
    expect(Math.abs(serverTime.at(40_000) - (40_000 - HOUR))).toBeLessThanOrEqual(530);
  });

  it('is taken to be ours before the first answer', () => {
    expect(new ServerTime().at(7_000)).toBe(7_000);
  });
});
