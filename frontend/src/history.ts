/**
 * How people looked over the last ten minutes, as their emoji showed it: pure state, no I/O.
 *
 * It follows the room: whoever leaves or withdraws consent takes their strip along, except from their
 * own page; what is kept of the room names nobody. Times are milliseconds since the Unix epoch, by our own clock.
 */
import { EXPRESSIONS, type Expression, type Face } from './contract.ts';
import { ageOf, frameOf, GONE_AFTER } from './overlay.ts';
import { clearFaces, presentSights, type Room, type SteadySight, shownFaces } from './room.ts';

/** How long anything is kept, in ms. */
export const KEPT_FOR = 600_000;

/** From `at` on somebody looked like `face`; null where a picture gave no reading. */
export interface Moment {
  readonly at: number;
  readonly face: Face | null;
}

/** From `at` on these were the shares of the expressions in the room; empty where nobody was read. */
export interface RoomMoment {
  readonly at: number;
  readonly shares: Shares;
}

/** What part of the faces looks like each expression; the parts sum to 1. */
export type Shares = ReadonlyMap<Expression, number>;

export interface History {
  /** When it began: when we came. */
  readonly since: number;
  /** Our own participant id when it was last recorded. */
  readonly self: string;
  /** By participant id, oldest moment first. */
  readonly strips: ReadonlyMap<string, readonly Moment[]>;
  /** The newest frame taken in of each participant here, so that none counts twice. */
  readonly lastFrames: ReadonlyMap<string, string>;
  readonly room: readonly RoomMoment[];
}

/** The history of a room we enter now. */
export function beginHistory(room: Room, now: number): History {
  return { since: now, self: room.self, strips: new Map(), lastFrames: new Map(), room: [] };
}

/** Takes in what is new in the room, and lets go of what is too old or of nobody here any more. */
export function record(history: History, room: Room, now: number): History {
  const strips = new Map<string, readonly Moment[]>();
  const lastFrames = new Map<string, string>();
  let heard = false;
  for (const { participant, consent } of room.people.values()) {
    const own = participant === room.self;
    if (!consent && !own) continue;
    // After we lost our place and joined again we have another id, and are the same person.
    const moments = history.strips.get(own ? history.self : participant) ?? [];
    const sight = room.sights.get(participant);
    const lastFrame = history.lastFrames.get(participant) ?? '';
    const isNew = sight !== undefined && frameOf(sight) > lastFrame;
    heard ||= isNew;
    lastFrames.set(participant, isNew ? frameOf(sight) : lastFrame);
    strips.set(participant, keep(isNew ? [...moments, momentOf(sight)] : moments, now));
  }
  const moments = heard
    ? [...history.room, { at: now, shares: sharesOf(room, now) }]
    : history.room;
  const { since } = history;
  return { since, self: room.self, strips, lastFrames, room: keep(moments, now) };
}

/** Forgets everything that was read of us; the room's shares go too, since we are part of them. */
export function forgetSelf(history: History): History {
  const strips = new Map(history.strips);
  strips.delete(history.self);
  return { ...history, strips, room: [] };
}

/** What held at a time; undefined where nothing did any more, or not yet. */
export function momentAt<T extends { readonly at: number }>(
  moments: readonly T[],
  time: number,
): T | undefined {
  const moment = moments.findLast(({ at }) => at <= time);
  return moment && time < moment.at + GONE_AFTER ? moment : undefined;
}

/** The time span to draw: from when we came, at most ten minutes, never less than two. */
export function spanOf(history: History, now: number): readonly [from: number, to: number] {
  return [Math.max(now - KEPT_FOR, Math.min(history.since, now - 120_000)), now];
}

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
  return moments.map(({ at, shares }) => ({ at, levels: shares }));
}

export function lookOf(face: Face): Look {
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

function keep<T extends { readonly at: number }>(moments: readonly T[], now: number): readonly T[] {
  // What began before is kept while it reaches into what is shown.
  return moments.filter(({ at }) => at > now - KEPT_FOR - GONE_AFTER);
}

function momentOf(sight: SteadySight): Moment {
  const at = sight.receivedAt - ageOf(sight, sight.receivedAt);
  return { at, face: shownFaces(sight)[0]?.shown ?? null };
}

function sharesOf(room: Room, now: number): Shares {
  const faces = [...presentSights(room, () => true, now).values()].flatMap(clearFaces);
  const count = (expression: Expression) =>
    faces.filter((face) => face.expression === expression).length;
  return new Map(
    EXPRESSIONS.filter((expression) => count(expression) > 0).map((expression) => [
      expression,
      count(expression) / faces.length,
    ]),
  );
}
