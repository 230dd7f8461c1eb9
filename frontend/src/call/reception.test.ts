import { describe, expect, it } from 'vitest';
import { qualityOf } from './reception.ts';

describe('the quality of a connection', () => {
  it.each([
    [0, 0.05, 'good'],
    [0.01, 0.2, 'good'],
    [0.03, 0.05, 'fair'],
    [0, 0.4, 'fair'],
    [0.1, 0.05, 'poor'],
    [0, 0.9, 'poor'],
  ] as const)('with a loss of %f and a round trip of %f s is %s', (loss, roundTrip, quality) => {
    expect(qualityOf(loss, roundTrip)).toBe(quality);
  });
});
