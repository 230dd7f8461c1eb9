/**
 * How people looked over the last ten minutes, as their emoji showed it: pure state, no I/O.
 *
 * It follows the room: whoever leaves or withdraws consent takes their strip along, except from their
 * own page, and so does everybody where the room goes over to telling nobody whose face it was. What is
 * kept of the room names nobody. Times are milliseconds since the Unix epoch, by our own clock.
 */
import { aggregate, type Share } from './aggregate.ts';
import type { Face, RoomMode } from './contract.ts';
import { ageOf, frameOf, GONE_AFTER } from './overlay.ts';
import { type Room, roomFaces, type SteadySight, shownFaces } from './room.ts';

/** How long anything is kept, in ms. */
export const KEPT_FOR = 600_000;
const SHORTEST_SPAN = 60_000; // ms
const LEAST_SHARE = 0.1; // of the room; less is no row worth drawing
const NOTHING: readonly Moment[] = [];
const TOGETHER = 1_000; // ms within which readings of several people are one moment of the room

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

/** The part each expression has, greatest first; what is hardly there is left out. */
export type Shares = readonly Share[];

export interface History {
  /** When it began: when we came. */
  readonly since: number;
  /** Our own participant id when it was last recorded. */
  readonly self: string;
  /** By participant id, oldest moment first. */
  readonly strips: ReadonlyMap<string, readonly Moment[]>;
  /** The newest frame taken in of each participant here, so that none counts twice. */
  readonly lastFrames: ReadonlyMap<string, string>;
  /** Who was shown what is read, and the faces nobody is told whose, when it was last recorded. */
  readonly mode: RoomMode;
  readonly anonymous: Room['anonymous'];
  readonly room: readonly RoomMoment[];
}

/** The history of a room we enter now. */
export function beginHistory(room: Room, now: number): History {
  const { self, mode, anonymous } = room;
  const nothing = { strips: new Map(), lastFrames: new Map(), room: [] };
  return { since: now, self, mode, anonymous, ...nothing };
}

/**
 * Takes in what is new in the room, and lets go of what is too old or may not be shown any more. It
 * is the same object as before where nothing changed: rooms change often, and charts are drawn of it.
 */
export function record(
  history: History,
  room: Room,
  hasVideo: (participant: string) => boolean,
  now: number,
): History {
  const strips = new Map<string, readonly Moment[]>();
  const lastFrames = new Map<string, string>();
  let heard = room.anonymous !== history.anonymous && room.anonymous.size > 0;
  for (const { participant, consent } of room.people.values()) {
    const own = participant === room.self;
    if (!own && !(consent && room.mode === 'open')) continue;
    // After we lost our place and joined again we have another id, and are the same person.
    const moments = history.strips.get(own ? history.self : participant) ?? NOTHING;
    const sight = room.sights.get(participant);
    const lastFrame = history.lastFrames.get(participant) ?? '';
    const frame = sight ? frameOf(sight) : lastFrame;
    const next = sight && nextMoment(moments, sight, frame > lastFrame, now);
    heard ||= next !== undefined;
    lastFrames.set(participant, frame > lastFrame ? frame : lastFrame);
    strips.set(participant, keep(next ? [...moments, next] : moments, now));
  }
  // The room was more than one person's only where the mode saw to that.
  const former = room.mode === history.mode ? keep(history.room, now) : [];
  const next = {
    since: history.since,
    self: room.self,
    mode: room.mode,
    strips,
    lastFrames,
    anonymous: room.anonymous,
    room: withShares(former, sharesOf(room, hasVideo, now), heard, now),
  };
  return isSame(history, next) ? history : next;
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

/** The time span to draw: from when we came, at most ten minutes, never less than one. */
export function spanOf(history: History, now: number): readonly [from: number, to: number] {
  return [Math.max(now - KEPT_FOR, Math.min(history.since, now - SHORTEST_SPAN)), now];
}

function keep<T extends { readonly at: number }>(moments: readonly T[], now: number): readonly T[] {
  // What began before is kept while it reaches into what is shown.
  const isKept = ({ at }: T) => at > now - KEPT_FOR - GONE_AFTER;
  return moments.every(isKept) ? moments : moments.filter(isKept);
}

function isSame(a: History, b: History): boolean {
  const sameEntries = <T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>) =>
    one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
  return (
    a.self === b.self &&
    a.mode === b.mode &&
    a.anonymous === b.anonymous &&
    a.room === b.room &&
    sameEntries(a.strips, b.strips) &&
    sameEntries(a.lastFrames, b.lastFrames)
  );
}

/** What a sight adds: a new picture, or the word its person put in place of what was read of it. */
function nextMoment(
  moments: readonly Moment[],
  sight: SteadySight,
  isNewFrame: boolean,
  now: number,
): Moment | undefined {
  const face = shownFaces(sight)[0]?.shown ?? null;
  if (isNewFrame) return { at: sight.receivedAt - ageOf(sight, sight.receivedAt), face };
  const last = moments.at(-1);
  return face?.ownWord && last && last.face !== face ? { at: now, face } : undefined;
}

function withShares(
  moments: History['room'],
  shares: Shares,
  heard: boolean,
  now: number,
): History['room'] {
  const last = moments.at(-1);
  if (!heard) {
    // Who left or turned their camera off may have left too few to tell of the room.
    return last && last.shares.length > 0 && shares.length === 0
      ? [...moments, { at: now, shares }]
      : moments;
  }
  return last && now - last.at < TOGETHER
    ? [...moments.slice(0, -1), { at: last.at, shares }]
    : [...moments, { at: now, shares }];
}

function sharesOf(room: Room, hasVideo: (participant: string) => boolean, now: number): Shares {
  const shares = aggregate(roomFaces(room, hasVideo, now))?.shares ?? [];
  return shares.filter(({ share }) => share >= LEAST_SHARE);
}
