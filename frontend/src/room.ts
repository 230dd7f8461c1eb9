/** What is known of a room, and how each thing heard changes it: pure state, no I/O. */
import type { Expression, Face, HubMessage, Participant, Roster } from './contract.ts';
import { ageOf, GONE_AFTER, isNewer, type Sight } from './overlay.ts';
import { type SteadyFaces, steady } from './steady.ts';

const ASKED_FOR = 3_000; // ms after a request in which readings answer it

/** Somebody in the room. `changedAt` is when we last heard of them, by our clock. */
export interface Person extends Participant {
  readonly changedAt: number;
}

export interface Room {
  /** Our own participant id. */
  readonly self: string;
  /** By participant id, ourselves included, in order of arrival. */
  readonly people: ReadonlyMap<string, Person>;
  /** When somebody left; a roster asked for earlier must not bring them back. */
  readonly leftAt: ReadonlyMap<string, number>;
  /** The newest sight of each participant, by participant id. */
  readonly sights: ReadonlyMap<string, Sight>;
  /** What steadies the faces of each sight, by participant id. */
  readonly steadied: ReadonlyMap<string, SteadyFaces>;
  /** When somebody last asked for readings, by our clock. */
  readonly askedAt: number;
  /** Every expression read in this room since we came. */
  readonly seen: ReadonlySet<Expression>;
}

/** The room as we enter it: alone. */
export function enterRoom(self: Participant, now: number): Room {
  return {
    self: self.participant,
    people: new Map([[self.participant, { ...self, changedAt: now }]]),
    leftAt: new Map(),
    sights: new Map(),
    steadied: new Map(),
    askedAt: Number.NEGATIVE_INFINITY,
    seen: new Set(),
  };
}

/** Reconciles with a roster asked for at `askedAt`; what we heard since then outweighs it. */
export function applyRoster(room: Room, roster: Roster, askedAt: number, now: number): Room {
  const listed = new Map(roster.participants.map((one) => [one.participant, one]));
  const people = new Map<string, Person>();
  for (const [id, person] of room.people) {
    const entry = listed.get(id);
    if (id === room.self || person.changedAt >= askedAt) people.set(id, person);
    else if (entry) people.set(id, { ...entry, changedAt: person.changedAt });
  }
  for (const [id, entry] of listed) {
    const left = room.leftAt.get(id);
    if (!people.has(id) && (left === undefined || left < askedAt)) {
      people.set(id, { ...entry, changedAt: now });
    }
  }
  return { ...room, people, sights: sightsOf(room.sights, people) };
}

/** Applies one hub message received at `now`. `signal` changes nothing here. */
export function applyMessage(room: Room, message: HubMessage, now: number): Room {
  switch (message.target) {
    case 'reading':
      return see(room, message.body.participant, { reading: message.body, receivedAt: now });
    case 'unread':
      return see(room, message.body.participant, { unread: message.body, receivedAt: now });
    case 'capture':
      return { ...room, askedAt: now };
    case 'joined': {
      if (message.body.participant === room.self) return room;
      const people = new Map(room.people);
      people.set(message.body.participant, { ...message.body, changedAt: now });
      return { ...room, people, sights: sightsOf(room.sights, people) };
    }
    case 'left': {
      const { participant } = message.body;
      if (participant === room.self) return room;
      const people = new Map(room.people);
      people.delete(participant);
      const leftAt = new Map(room.leftAt).set(participant, now);
      return { ...room, people, leftAt, sights: sightsOf(room.sights, people) };
    }
    case 'paused':
    case 'resumed':
      // Our own consent is what our own switch says, not an echo of an earlier position of it.
      return message.body.participant === room.self
        ? room
        : setConsent(room, message.body.participant, message.target === 'resumed', now);
    default:
      return room;
  }
}

/** Records that somebody gives or withdraws consent; withdrawing removes what was read of them. */
export function setConsent(room: Room, participant: string, consent: boolean, now: number): Room {
  const person = room.people.get(participant);
  if (!person) return room;
  const people = new Map(room.people).set(participant, { ...person, consent, changedAt: now });
  return { ...room, people, sights: sightsOf(room.sights, people) };
}

/** How many faces look like each expression ever seen here, counting what is not yet gone. */
export function countExpressions(room: Room, now: number): ReadonlyMap<Expression, number> {
  const counts = new Map<Expression, number>();
  for (const expression of room.seen) counts.set(expression, 0);
  for (const sight of room.sights.values()) {
    if (ageOf(sight, now) >= GONE_AFTER) continue;
    for (const { expression } of clearFaces(sight)) {
      counts.set(expression, (counts.get(expression) ?? 0) + 1);
    }
  }
  return counts;
}

/** The faces of a sight whose expression may be shown as one. */
export function clearFaces(sight: Sight): readonly Face[] {
  return sight.reading?.faces.filter(({ unsure }) => !unsure) ?? [];
}

function see(room: Room, participant: string, sight: Sight): Room {
  if (!room.people.get(participant)?.consent) return room;
  const former = room.sights.get(participant);
  if (!isNewer(former, sight)) return room;
  if (!sight.reading) return { ...room, sights: new Map(room.sights).set(participant, sight) };
  const filters = steady(
    former && room.steadied.get(participant),
    sight.reading,
    sight.receivedAt - room.askedAt < ASKED_FOR,
  );
  const faces = filters.faces.map(({ shown }) => shown);
  const shown = { ...sight, reading: { ...sight.reading, faces } };
  const expressions = clearFaces(shown).map(({ expression }) => expression);
  return {
    ...room,
    sights: new Map(room.sights).set(participant, shown),
    steadied: new Map(room.steadied).set(participant, filters),
    seen: new Set([...room.seen, ...expressions]),
  };
}

/** Sights of those only who are here and consent. */
function sightsOf(
  sights: ReadonlyMap<string, Sight>,
  people: ReadonlyMap<string, Person>,
): ReadonlyMap<string, Sight> {
  return new Map([...sights].filter(([participant]) => people.get(participant)?.consent));
}
