import { describe, expect, it } from 'vitest';
import messages from '../../../tests/contract/messages.json';
import type { Reading, Unread } from '../wire/contract.ts';
import { ageOf, GONE_AFTER, isNewer, type Sight, strengthAt } from './sight.ts';

const reading = messages.reading as Reading;

describe('which sight counts', () => {
  const sight = (frame: string): Sight => ({
    reading: { ...reading, frame },
    receivedAt: 0,
  });
  const unread = (frame: string): Sight => ({
    unread: { ...(messages.unread as Unread), frame },
    receivedAt: 0,
  });

  it('is the newest by frame name, whatever arrives last', () => {
    expect(isNewer(undefined, sight('1763834400000'))).toBe(true);
    expect(isNewer('1763834400000', sight('1763834402000'))).toBe(true);
    expect(isNewer('1763834402000', sight('1763834400000'))).toBe(false);
  });

  it('is not replaced by the same frame delivered twice', () => {
    expect(isNewer('1763834400000', sight('1763834400000'))).toBe(false);
  });

  it('can be a frame that gave no reading, ordered like the others', () => {
    expect(isNewer('1763834400000', unread('1763834401000'))).toBe(true);
    expect(isNewer('1763834401000', sight('1763834400000'))).toBe(false);
  });
});

describe('age', () => {
  const sight: Sight = {
    reading: { ...reading, capturedAt: 1_000, readAt: 1_300 },
    receivedAt: 50_000,
  };

  it('is the time since receipt by our own clock plus the time reading took', () => {
    expect(ageOf(sight, 52_000)).toBe(2_300);
  });

  it('does not believe two clocks that disagree wildly', () => {
    const skewed = { ...sight, reading: { ...reading, capturedAt: 9_000_000, readAt: 0 } };
    expect(ageOf(skewed, 52_000)).toBe(2_000);
    const slow = { ...sight, reading: { ...reading, capturedAt: 0, readAt: 9_000_000 } };
    expect(strengthAt(ageOf(slow, 50_000))).toBe(1);
  });

  it('leaves a reading strong at first, then fades it, then takes it away', () => {
    expect(strengthAt(0)).toBe(1);
    expect(strengthAt(4_000)).toBe(1);
    expect(strengthAt(8_000)).toBeLessThan(1);
    expect(strengthAt(8_000)).toBeGreaterThan(strengthAt(11_000));
    expect(strengthAt(GONE_AFTER)).toBe(0);
  });
});
