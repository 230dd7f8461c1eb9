/** Why somebody who agreed to be read is not read just now: said the same wherever they are shown. */

import type { Person } from '../../room/room.ts';
import { ageOf, strengthAt } from '../../room/sight.ts';
import { strings } from '../../words/strings.ts';
import { type CallProps, CONNECTING, devicesOf } from './call-context.ts';
import { clock } from './clock.ts';

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

/** How many can be read now, and in words who cannot, and why. */
export function readiness(call: CallProps): { ready: number; hindered: readonly string[] } {
  const people = [...call.stay.room.value.people.values()];
  const hindered = people.flatMap((person) => {
    const why = person.consent ? hindranceOf(call, person) : 'off';
    return why ? [strings.notice.who(person.name, strings.notice.why[why])] : [];
  });
  return { ready: people.length - hindered.length, hindered };
}
