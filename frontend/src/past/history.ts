/**
 * How people looked over the last ten minutes, as their emoji showed it: pure state, no I/O.
 *
 * A strip is dropped when its person leaves or withdraws consent, or when the room becomes room-only;
 * only our own strip stays on our own page. The room's own moments name no one.
 * Times are milliseconds by this page's time.
 */
import { aggregate, type Share } from '../room/aggregate.ts';
import { roomFaces } from '../room/look.ts';
import type { Room } from '../room/room.ts';
import { ageOf, frameOf, GONE_AFTER, type SteadySight, shownFaces } from '../room/sight.ts';
import type { Face, RoomMode } from '../wire/contract.ts';

/** How long the history keeps a moment, in ms. */
export const KEPT_FOR = 600_000;
const SHORTEST_SPAN = 60_000; // ms
const LEAST_SHARE = 0.1; // of the room; a smaller share gets no row
const NOTHING: readonly Moment[] = [];
const TOGETHER = 1_000; // ms; readings of several people within it make one moment of the room

/** From `at` on, a person looked like `face`; null where the picture gave no reading. */
export interface Moment {
  readonly at: number;
  readonly face: Face | null;
}

/** From `at` on, the room's expressions had these shares; empty while no one was read. */
export interface RoomMoment {
  readonly at: number;
  readonly shares: Shares;
}

/** Each expression's share, greatest first; shares below `LEAST_SHARE` are left out. */
export type Shares = readonly Share[];

/**
 * What the page remembers of how everybody looked. It is never changed; `record` makes a new one.
 */
export interface History {
  /** When we entered the room. */
  readonly since: number;
  /** Our own participant id when it was last recorded. */
  readonly self: string;
  /** By participant id, oldest moment first. */
  readonly strips: ReadonlyMap<string, readonly Moment[]>;
  /** Each participant's newest recorded frame, so that none counts twice. */
  readonly lastFrames: ReadonlyMap<string, string>;
  /** The room's mode and its nameless faces when it was last recorded. */
  readonly mode: RoomMode;
  readonly anonymous: Room['anonymous'];
  readonly room: readonly RoomMoment[];
}

/** An empty history, for a room we enter now. */
export function beginHistory(room: Room, now: number): History {
  const { self, mode, anonymous } = room;
  const nothing = { strips: new Map(), lastFrames: new Map(), room: [] };
  return { since: now, self, mode, anonymous, ...nothing };
}

/**
 * Adds the room's new moments, and drops those that are too old or may no longer be shown. It returns
 * the same object if nothing changed, because rooms change often and charts are drawn from it.
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
    // If we lose our place and join again, we get another id; our strip goes on.
    const moments = history.strips.get(own ? history.self : participant) ?? NOTHING;
    const sight = room.sights.get(participant);
    const lastFrame = history.lastFrames.get(participant) ?? '';
    const frame = sight ? frameOf(sight) : lastFrame;
    const next = sight && nextMoment(moments, sight, frame !== lastFrame, now);
    heard ||= next !== undefined;
    lastFrames.set(participant, frame);
    const later = next ? [...moments, next] : moments;
    // Of somebody who is away, or whose camera is off, nothing is shown from that moment on.
    const ended = !(sight && hasVideo(participant)) && momentAt(later, now)?.face;
    strips.set(participant, keep(ended ? [...later, { at: now, face: null }] : later, now));
  }
  // Moments of the former mode are dropped: only room-only ones are sure to be of several people.
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

/** Drops our own strip, and the room's shares, because we are part of them. */
export function forgetSelf(history: History): History {
  const strips = new Map(history.strips);
  strips.delete(history.self);
  return { ...history, strips, room: [] };
}

/** The moment that held at `time`; undefined if none did. */
export function momentAt<T extends { readonly at: number }>(
  moments: readonly T[],
  time: number,
): T | undefined {
  const moment = moments.findLast(({ at }) => at <= time);
  return moment && time < moment.at + GONE_AFTER ? moment : undefined;
}

/** The time span to draw: since we came, but one minute at least and ten at most. */
export function spanOf(history: History, now: number): readonly [from: number, to: number] {
  return [Math.max(now - KEPT_FOR, Math.min(history.since, now - SHORTEST_SPAN)), now];
}

function keep<T extends { readonly at: number }>(moments: readonly T[], now: number): readonly T[] {
  // A moment that began earlier is kept while it reaches into the span shown.
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

/** The moment that a sight adds: a new picture, or its person's own word in place of the reading. */
function nextMoment(
  moments: readonly Moment[],
  sight: SteadySight,
  isNewFrame: boolean,
  now: number,
): Moment | undefined {
  const face = shownFaces(sight)[0]?.shown ?? null;
  const last = moments.at(-1);
  const takenAt = sight.receivedAt - ageOf(sight, sight.receivedAt);
  if (isNewFrame) return { at: Math.max(takenAt, last?.at ?? takenAt), face };
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
    // If somebody left or turned off their camera, too few may remain to show the room.
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
