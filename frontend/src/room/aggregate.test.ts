import { describe, expect, it } from 'vitest';
import messages from '../../../tests/contract/messages.json';
import { EXPRESSIONS, type Expression } from '../wire/contract.ts';
import { aggregate } from './aggregate.ts';

function face(expression: Expression, score = 0.86) {
  const rest = (1 - score) / (EXPRESSIONS.length - 1);
  const scores = Object.fromEntries(
    EXPRESSIONS.map((it) => [it, it === expression ? score : rest]),
  );
  return { scores: scores as Record<Expression, number> };
}

describe('the aggregate of a room', () => {
  it('is nothing where nobody is read', () => {
    expect(aggregate([])).toBeNull();
  });

  it('of one face is what was read of it', () => {
    const [first, second] = aggregate(messages.reading.faces)?.shares ?? [];
    expect(first).toEqual({ expression: 'happiness', share: 0.9 });
    expect(second).toEqual({ expression: 'neutral', share: 0.04 });
  });

  it('is the mean of the scores, the greatest first, and sums to one', () => {
    const { shares, faces } = aggregate([face('sadness'), face('neutral'), face('neutral')]) ?? {};
    expect(faces).toBe(3);
    expect(shares?.slice(0, 2).map(({ expression }) => expression)).toEqual(['neutral', 'sadness']);
    expect(shares?.[0]?.share).toBeCloseTo((0.86 + 0.86 + 0.02) / 3);
    expect(shares?.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('keeps an order that does not depend on whose face came first', () => {
    const faces = [face('anger'), face('fear'), face('surprise')];
    expect(aggregate(faces)?.shares).toEqual(aggregate([...faces].reverse())?.shares);
  });
});
