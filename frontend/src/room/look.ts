/** What of a room may be shown now: whose sights, how the whole room looks, how many look how. */
import { ANONYMOUS_FROM, type Appearance, type Expression } from '../wire/contract.ts';
import { mayBeRead, ROOM_WINDOW, type Room } from './room.ts';
import { ageOf, clearFaces, GONE_AFTER, shownFaces } from './sight.ts';

/** How many people can be read now: they agreed, their page is in view, and their camera is on. */
function readPeople(room: Room, hasVideo: (participant: string) => boolean): number {
  const people = [...room.people.values()];
  return people.filter((person) => mayBeRead(person) && hasVideo(person.participant)).length;
}

/**
 * The faces of the room's present look. In room-only mode there are none while fewer than three people
 * can be read, or fewer than three faces came: the mean would then show one person's look.
 */
export function roomFaces(
  room: Room,
  hasVideo: (participant: string) => boolean,
  now: number,
): readonly Appearance[] {
  if (room.mode === 'room-only') {
    if (readPeople(room, hasVideo) < ANONYMOUS_FROM) return [];
    const faces = [...room.anonymous.values()];
    const present = faces.filter(({ receivedAt }) => now - receivedAt < ROOM_WINDOW);
    return present.length < ANONYMOUS_FROM ? [] : present;
  }
  return [...presentSights(room, hasVideo, now).values()]
    .filter((sight) => ageOf(sight, now) < ROOM_WINDOW)
    .flatMap((sight) => shownFaces(sight).map(({ shown }) => shown));
}

/** The sights that may be shown now: recent enough, of people whose camera is on. */
export function presentSights(
  room: Room,
  hasVideo: (participant: string) => boolean,
  now: number,
): Room['sights'] {
  return new Map(
    [...room.sights].filter(
      ([participant, sight]) => hasVideo(participant) && ageOf(sight, now) < GONE_AFTER,
    ),
  );
}

/** How many faces of `sights` look like each expression; expressions in `seen` are included with 0. */
export function countExpressions(
  seen: Room['seen'],
  sights: Room['sights'],
): ReadonlyMap<Expression, number> {
  const counts = new Map<Expression, number>();
  for (const expression of seen) counts.set(expression, 0);
  for (const sight of sights.values()) {
    for (const { expression } of clearFaces(sight)) {
      counts.set(expression, (counts.get(expression) ?? 0) + 1);
    }
  }
  return counts;
}
