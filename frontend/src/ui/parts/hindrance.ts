/** Why somebody who agreed to be read is not read just now: said the same wherever they are shown. */

import type { Person } from '../../room/room.ts';
import { ageOf, strengthAt } from '../../room/sight.ts';
import { strings } from '../../words/strings.ts';
import { type CallProps, CONNECTING, devicesOf } from './call-context.ts';
import { clock } from './clock.ts';

/** Why a person is not read now. `strings.notice.why` has the words. */
export type Hindrance =
  | 'away'
  | 'offline'
  | 'camera-off'
  | 'camera-paused'
  | 'reconnecting'
  | 'interrupted';

/** What keeps a person from being read now; null where nothing does that can be known here. */
export function hindranceOf(call: CallProps, person: Person): Hindrance | null {
  const { stay, media } = call;
  const { participant } = person;
  if (participant === stay.room.value.self) {
    if (stay.problems.value.has('offline')) return 'offline';
    if (media.camera.value.problem === 'muted') return 'camera-paused';
    if (media.camera.value.track === null) return 'camera-off';
    if (stay.away.value) return 'away';
    const usable = stay.way.value?.usable.value ?? true;
    return stay.interrupted.value || !usable ? 'interrupted' : null;
  }
  if (person.away) return 'away';
  if (!devicesOf(call, participant).video) return 'camera-off';
  // Readings do not come with the picture: whose still come is read, however the picture fares.
  const { connection } = stay.remotes.value.get(participant) ?? CONNECTING;
  const sight = stay.room.value.sights.get(participant);
  const fresh = sight !== undefined && strengthAt(ageOf(sight, clock.value)) > 0;
  return connection === 'reconnecting' && !fresh ? 'reconnecting' : null;
}

/** The people who can be read now; of the others, a sentence each that says why not. */
export function readiness(call: CallProps): {
  ready: readonly Person[];
  hindered: readonly string[];
} {
  const people = [...call.stay.room.value.people.values()];
  const why = new Map(
    people.map((person) => [person, person.consent ? hindranceOf(call, person) : 'off'] as const),
  );
  return {
    ready: people.filter((person) => !why.get(person)),
    hindered: people.flatMap((person) => {
      const hindrance = why.get(person);
      return hindrance ? [strings.notice.who(person.name, strings.notice.why[hindrance])] : [];
    }),
  };
}

/**
 * The names of those among `asked` of whom no result has come since then.
 *
 * It is empty in room-only mode, and where that ended since then: nameless faces hid who was read. Who
 * left or withdrew is not among them.
 */
export function silentOf(
  { stay }: CallProps,
  asked: readonly Person[],
  since: number,
): readonly string[] {
  const { mode, openedAt, people, lastFrames } = stay.room.value;
  if (mode === 'room-only' || openedAt >= since) return [];
  return asked
    .filter(({ participant }) => {
      const heard = lastFrames.get(participant)?.receivedAt ?? Number.NEGATIVE_INFINITY;
      return people.get(participant)?.consent === true && heard < since;
    })
    .map(({ name }) => name);
}
