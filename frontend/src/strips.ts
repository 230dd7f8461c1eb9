/** What the strips of a timeline draw of a history: rows of looks over time. Pure. */
import type { Expression, Face } from './contract.ts';
import type { Moment, RoomMoment } from './history.ts';
import { GONE_AFTER } from './overlay.ts';

/** What a strip has a row for: an expression, or none that was clear enough. */
export type Look = Expression | 'unsure';

const LOOKS: readonly Look[] = [
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

/** How strongly each look shows from `at` on, from 0 to 1. */
export interface Level {
  readonly at: number;
  readonly levels: ReadonlyMap<Look, number>;
}

/** A participant's moments as levels: the shown look with its confidence. */
export function levelsOf(moments: readonly Moment[]): readonly Level[] {
  return moments.map(({ at, face }) => ({
    at,
    levels: new Map(face ? [[lookOf(face), face.confidence]] : []),
  }));
}

/** The room's moments as levels: each expression with its share. */
export function roomLevelsOf(moments: readonly RoomMoment[]): readonly Level[] {
  return moments.map(({ at, shares }) => ({
    at,
    levels: new Map(shares.map(({ expression, share }) => [expression, share])),
  }));
}

function lookOf(face: Face): Look {
  return face.unsure ? 'unsure' : face.expression;
}

/** The looks that occur, from the brightest to the darkest. */
export function looksIn(levels: readonly Level[]): readonly Look[] {
  return LOOKS.filter((look) => levels.some((level) => level.levels.has(look)));
}

/**
 * The points of a chart with one row per look, the first on top: times, then for each row the height
 * at that time. A row is 1 high and stands on its whole number; null is a gap.
 */
export function chartPoints(
  levels: readonly Level[],
  looks: readonly Look[],
  until: number,
): { readonly times: number[]; readonly rows: (number | null)[][] } {
  const times: number[] = [];
  const rows: (number | null)[][] = looks.map(() => []);
  const add = (time: number, level: Level | undefined) => {
    times.push(time);
    looks.forEach((look, row) => {
      const height = level?.levels.get(look);
      const base = looks.length - 1 - row;
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
