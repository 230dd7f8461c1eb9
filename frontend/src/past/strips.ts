/** The strips of a timeline, from a history: rows of expressions over time. Pure. */

import { GONE_AFTER } from '../room/sight.ts';
import type { Expression, Face } from '../wire/contract.ts';
import type { Moment, RoomMoment } from './history.ts';

/** The kinds of rows: an expression, or *unsure*. */
export type ShownExpression = Expression | 'unsure';

const FROM_THE_TOP: readonly ShownExpression[] = [
  'happiness',
  'surprise',
  'neutral',
  'sadness',
  'fear',
  'anger',
  'disgust',
  'contempt',
  'unsure',
];

/** The level of each expression from `at` on, from 0 to 1. */
export interface Level {
  readonly at: number;
  readonly levels: ReadonlyMap<ShownExpression, number>;
}

/** A participant's moments as levels: the shown expression with its confidence. */
export function levelsOf(moments: readonly Moment[]): readonly Level[] {
  return moments.map(({ at, face }) => ({
    at,
    levels: new Map(face ? [[expressionOf(face), face.confidence]] : []),
  }));
}

/** The room's moments as levels: each expression with its share. */
export function roomLevelsOf(moments: readonly RoomMoment[]): readonly Level[] {
  return moments.map(({ at, shares }) => ({
    at,
    levels: new Map(shares.map(({ expression, share }) => [expression, share])),
  }));
}

function expressionOf(face: Face): ShownExpression {
  return face.unsure ? 'unsure' : face.expression;
}

/** The expressions that occur, in the order of their rows. */
export function expressionsIn(levels: readonly Level[]): readonly ShownExpression[] {
  return FROM_THE_TOP.filter((expression) => levels.some((level) => level.levels.has(expression)));
}

/**
 * The points of a chart with one row per expression, the first on top.
 *
 * `times` are the moments' times in ms, up to `until`. Each array in `rows` has one height per
 * time. A row is 1 high and begins at a whole number; its level (0 to 1) is added. Null is a gap.
 */
export function chartPoints(
  levels: readonly Level[],
  expressions: readonly ShownExpression[],
  until: number,
): { readonly times: number[]; readonly rows: (number | null)[][] } {
  const times: number[] = [];
  const rows: (number | null)[][] = expressions.map(() => []);
  const add = (time: number, level: Level | undefined) => {
    times.push(time);
    expressions.forEach((expression, row) => {
      const height = level?.levels.get(expression);
      const base = expressions.length - 1 - row;
      rows[row]?.push(height === undefined ? null : base + height);
    });
  };
  levels.forEach((level, index) => {
    const next = levels[index + 1]?.at ?? until;
    const end = Math.min(next, level.at + GONE_AFTER, until);
    add(level.at, level);
    add(end, level);
    if (end < next) add(end, undefined);
  });
  return { times, rows };
}
