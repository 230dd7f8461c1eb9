import { describe, expect, it } from 'vitest';
import messages from '../../../tests/contract/messages.json';
import { EXPRESSIONS, type Expression, type Face, type Reading } from '../wire/contract.ts';
import { parseReading } from '../wire/messages.ts';
import {
  type FollowedFace,
  followFaces,
  needsConfirming,
  type SteadyFaces,
  steady,
  withOwnWord,
} from './steady.ts';

const PACE = 2_000; // ms, as live

function face(expression: Expression, confidence = 0.86, change: Partial<Face> = {}): Face {
  const rest = (1 - confidence) / (EXPRESSIONS.length - 1);
  const scores = Object.fromEntries(
    EXPRESSIONS.map((it) => [it, it === expression ? confidence : rest]),
  ) as Record<Expression, number>;
  const box = { x: 0.3, y: 0.3, width: 0.2, height: 0.3 };
  return { box, scores, expression, confidence, unsure: false, ...change };
}

function reading(faces: readonly Face[], capturedAt: number): Reading {
  const parsed = parseReading({ ...messages.reading, faces, capturedAt, readAt: capturedAt });
  if (!parsed) throw new Error('not a reading');
  return parsed;
}

/** What is shown after each of some readings of one face, `pace` ms apart. */
function shownOf(faces: readonly Face[], pace = PACE): Face[] {
  let state: SteadyFaces | undefined;
  return faces.map((one, index) => {
    state = steady(state, reading([one], index * pace), false);
    return state.faces[0]?.shown as Face;
  });
}

function expressionsOf(faces: readonly Face[], pace = PACE): Expression[] {
  return shownOf(faces, pace).map(({ expression }) => expression);
}

describe('what is shown of a face over time', () => {
  const calm = face('neutral');
  const smile = face('happiness');

  it('shows the first reading as it is', () => {
    expect(shownOf([smile])).toEqual([smile]);
  });

  it('shows a change that lasts with its second reading', () => {
    expect(expressionsOf([calm, calm, smile, smile])).toEqual([
      'neutral',
      'neutral',
      'neutral',
      'happiness',
    ]);
  });

  it('shows even a faint change that lasts with its second reading', () => {
    const sure = face('neutral', 0.99);
    expect(expressionsOf([sure, sure, face('sadness', 0.3), face('sadness', 0.3)]).at(-1)).toBe(
      'sadness',
    );
  });

  it.each([1_600, 2_000, 4_000])('never shows a blip of one picture, %i ms apart', (pace) => {
    const blip = face('surprise', 0.99);
    expect(new Set(expressionsOf([face('neutral', 0.4), blip, calm, blip, calm], pace))).toEqual(
      new Set(['neutral']),
    );
  });

  it('does not flicker between two expressions that are equally likely', () => {
    const torn = [calm, face('sadness', 0.5), calm, face('sadness', 0.5), calm];
    expect(new Set(expressionsOf(torn))).toEqual(new Set(['neutral']));
  });

  it('keeps an expression while another is only a little likelier', () => {
    const scores = { ...face('sadness', 0.45).scores, neutral: 0.35 };
    const torn = face('sadness', 0.45, { scores });
    expect(new Set(expressionsOf([calm, torn, torn]))).toEqual(new Set(['neutral']));
  });

  it.each([
    ['another expression', smile, true],
    ['the same one', calm, false],
    ['no clear one', face('fear', 0.3, { unsure: true }), false],
  ])('asks for a picture soon that confirms %s: %s', (_name, read, soon) => {
    const before = steady(undefined, reading([calm], 0), false);
    const [after] = steady(before, reading([read], PACE), false).faces;
    expect(after && needsConfirming(after)).toBe(soon);
  });

  it('is never more than two readings behind, however they differ', () => {
    const shown = expressionsOf([calm, smile, face('surprise', 0.9)]);
    expect(shown.at(-1)).toBe('surprise');
  });

  it('steadies the score, the newer reading counting by the time that passed', () => {
    const pair = [face('happiness', 0.5), face('happiness', 0.9)];
    const [soon, late] = [shownOf(pair, 1_500)[1], shownOf(pair, 4_000)[1]];
    expect(soon?.confidence).toBeGreaterThan(0.5);
    expect(soon?.confidence).toBeLessThan(late?.confidence ?? 0);
    expect(late?.confidence).toBeLessThan(0.9);
    const sum = Object.values(late?.scores ?? {}).reduce((total, score) => total + score, 0);
    expect(sum).toBeCloseTo(1);
  });

  it('treats doubt as a look of its own: one unsure reading does not show, two do', () => {
    const doubt = face('fear', 0.3, { unsure: true });
    expect(shownOf([smile, doubt, doubt]).map(({ unsure }) => unsure)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('starts over after a gap of several seconds', () => {
    expect(expressionsOf([calm, smile], 6_000)).toEqual(['neutral', 'happiness']);
  });

  it('shows at once what somebody asked for', () => {
    expect(expressionsOf([calm, smile], 200)).toEqual(['neutral', 'happiness']);
    const before = steady(undefined, reading([calm], 0), false);
    expect(steady(before, reading([smile], PACE), true).faces[0]?.shown).toEqual(smile);
  });

  it('moves with the face even while it doubts what it sees', () => {
    const box = { x: 0.35, y: 0.3, width: 0.2, height: 0.3 };
    const [, shown] = shownOf([calm, { ...smile, box }]);
    expect(shown).toMatchObject({ expression: 'neutral', box });
  });

  it('keeps each face its id when it starts over, so that no badge jumps to another face', () => {
    const right = { x: 0.7, y: 0.3, width: 0.2, height: 0.3 };
    const first = steady(undefined, reading([calm, { ...smile, box: right }], 0), false);
    const second = steady(first, reading([{ ...smile, box: right }, calm], PACE), true);
    expect(second.faces.map(({ id }) => id)).toEqual(first.faces.map(({ id }) => id).reverse());
  });

  it('keeps a filter for each face, wherever it stands in the reading', () => {
    const right = { x: 0.7, y: 0.3, width: 0.2, height: 0.3 };
    const first = steady(undefined, reading([calm, { ...smile, box: right }], 0), false);
    const second = steady(first, reading([{ ...smile, box: right }, calm], PACE), false);
    expect(second.faces.map(({ shown }) => shown.expression)).toEqual(['happiness', 'neutral']);
  });
});

describe('what somebody says of themselves', () => {
  const calm = face('neutral');
  const sad = face('sadness', 1, { ownWord: true });

  it('shows at once, is not mixed with what was read, and outlasts the picture under way', () => {
    const corrected = withOwnWord(steady(undefined, reading([calm, calm], 0), false), 'sadness');
    const [first, second] = corrected.faces;
    expect(first?.shown).toMatchObject({ expression: 'sadness', confidence: 1, ownWord: true });
    expect(second?.shown).toEqual(calm);
    const underWay = steady(corrected, reading([calm], PACE), false);
    expect(underWay.faces[0]?.shown).toMatchObject({ expression: 'sadness', ownWord: true });
    const next = steady(underWay, reading([sad], 2 * PACE), false);
    expect(next.faces[0]?.shown).toEqual(sad);
  });

  it('gives way to what is read twice without it', () => {
    const [, , first, second] = shownOf([calm, sad, calm, calm]);
    expect(first?.ownWord).toBe(true);
    expect(second).toMatchObject({ expression: 'neutral' });
    expect(second?.ownWord).toBeFalsy();
  });
});

describe('following faces', () => {
  const at = (x: number): Face =>
    face('neutral', 0.86, { box: { x, y: 0.125, width: 0.2, height: 0.4 } });
  const idsAt = (followed: readonly FollowedFace[]) =>
    Object.fromEntries(followed.map(({ id, face: { box } }) => [box.x, id]));

  it('keeps each face its id when the reader lists them in another order', () => {
    const before = followFaces([], [at(0.1), at(0.6)]);
    const after = followFaces(before, [at(0.62), at(0.12)]);
    expect(idsAt(after)[0.12]).toBe(idsAt(before)[0.1]);
    expect(idsAt(after)[0.62]).toBe(idsAt(before)[0.6]);
  });

  it('gives a face that appears elsewhere an id of its own', () => {
    const before = followFaces([], [at(0.1)]);
    const after = followFaces(before, [at(0.7), at(0.1)]);
    expect(idsAt(after)[0.1]).toBe(idsAt(before)[0.1]);
    expect(idsAt(after)[0.7]).not.toBe(idsAt(before)[0.1]);
  });
});
