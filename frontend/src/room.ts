/** What is known of a room, and how each thing heard changes it: pure state, no I/O. */
import {
  ANONYMOUS_FROM,
  type Anonymous,
  type Appearance,
  type Corrected,
  type Expression,
  type Face,
  type HubMessage,
  type Participant,
  type RoomMode,
  type Roster,
} from './contract.ts';
import { ageOf, frameOf, GONE_AFTER, isNewer, type Sight } from './overlay.ts';
import { type SteadyFaces, steady, withOwnWord } from './steady.ts';

const ASKED_FOR = 3_000; // ms after a request in which readings answer it
const CORRECTION_REACH = 4_000; // ms from a frame to a later one that was under way when it was corrected
/** How old a face may be that counts for how the room looks, in ms. */
export const ROOM_WINDOW = 8_000;

/** Somebody in the room. `changedAt` is when we last heard of them, by our clock. */
export interface Person extends Participant {
  readonly changedAt: number;
}

/** A sight, and its faces as they are shown; those outlast a frame that gave no reading. */
export type SteadySight = Sight & { readonly steadied: SteadyFaces | undefined };

/** A face of which we are not told whose it is, and when that was. */
export interface AnonymousFace extends Anonymous {
  readonly receivedAt: number;
}

export interface Room {
  /** Our own participant id. */
  readonly self: string;
  /** By participant id, ourselves included, in order of arrival. */
  readonly people: ReadonlyMap<string, Person>;
  /** Whether a roster came: before, we cannot know who else is here. */
  readonly listed: boolean;
  /** When somebody left; a roster asked for earlier must not bring them back. */
  readonly leftAt: ReadonlyMap<string, number>;
  /** The newest sight of each participant who is here and consents, by participant id. */
  readonly sights: ReadonlyMap<string, SteadySight>;
  /** The newest frame heard of each participant here: a withdrawal makes no older one new again. */
  readonly lastFrames: ReadonlyMap<string, string>;
  /** Who is shown what is read, and when we last heard of it. */
  readonly mode: RoomMode;
  readonly modeChangedAt: number;
  /** In room-only mode: the faces of late, nobody is told whose, by the name each was told under. */
  readonly anonymous: ReadonlyMap<string, AnonymousFace>;
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
    listed: false,
    leftAt: new Map(),
    sights: new Map(),
    lastFrames: new Map(),
    mode: 'open',
    modeChangedAt: Number.NEGATIVE_INFINITY,
    anonymous: new Map(),
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
  const before = { ...withPeople(room, people), listed: true };
  return room.modeChangedAt >= askedAt ? before : setMode(before, roster.mode, room.modeChangedAt);
}

/** Who came and who went between two states of one stay; whom the first roster names was there. */
export function comings(before: Room, after: Room): { came: Person[]; went: Person[] } {
  const missingIn = (other: Room, room: Room) =>
    [...room.people.values()].filter(({ participant }) => !other.people.has(participant));
  if (!before.listed || before.self !== after.self) return { came: [], went: [] };
  return { came: missingIn(before, after), went: missingIn(after, before) };
}

/** Applies one hub message received at `now`. `signal` changes nothing here. */
export function applyMessage(room: Room, message: HubMessage, now: number): Room {
  switch (message.target) {
    case 'reading':
      return see(room, message.body.participant, { reading: message.body, receivedAt: now });
    case 'unread':
      return see(room, message.body.participant, { unread: message.body, receivedAt: now });
    case 'corrected':
      return correct(room, message.body);
    case 'anonymous':
      return addAnonymous(room, message.body, now);
    case 'mode':
      return setMode(room, message.body.mode, now);
    case 'capture':
      return { ...room, askedAt: now };
    case 'joined': {
      if (message.body.participant === room.self) return room;
      const people = new Map(room.people);
      people.set(message.body.participant, { ...message.body, changedAt: now });
      return withPeople(room, people);
    }
    case 'left': {
      const { participant } = message.body;
      if (participant === room.self) return room;
      const people = new Map(room.people);
      people.delete(participant);
      const leftAt = new Map(room.leftAt).set(participant, now);
      return { ...withPeople(room, people), leftAt };
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
  return withPeople(room, people);
}

/** Changes who is shown what is read; what may not be shown any more goes at once. */
export function setMode(room: Room, mode: RoomMode, now: number): Room {
  if (mode === room.mode) return { ...room, modeChangedAt: now };
  const own = [...room.sights].filter(([participant]) => participant === room.self);
  const sights = mode === 'open' ? room.sights : new Map(own);
  return { ...room, mode, modeChangedAt: now, sights, anonymous: new Map() };
}

/** Puts somebody's own word in place of what was read of them and is shown now. */
export function correct(room: Room, { participant, frame, expression }: Corrected): Room {
  const sight = room.sights.get(participant);
  const later = Number(sight?.reading?.frame) - Number(frame);
  if (!sight?.steadied || !(later >= 0 && later <= CORRECTION_REACH)) return room;
  const corrected = { ...sight, steadied: withOwnWord(sight.steadied, expression) };
  return {
    ...room,
    sights: new Map(room.sights).set(participant, corrected),
    seen: new Set([...room.seen, expression]),
  };
}

/** How many people's faces can be read now: they agreed, and their camera is on. */
export function readPeople(room: Room, hasVideo: (participant: string) => boolean): number {
  const people = [...room.people.values()];
  return people.filter(({ participant, consent }) => consent && hasVideo(participant)).length;
}

/**
 * The faces that make up how the room looks now, whoever they belong to. In room-only mode none
 * while so few people are read that it would tell of one of them.
 */
export function roomFaces(
  room: Room,
  hasVideo: (participant: string) => boolean,
  now: number,
): readonly Appearance[] {
  if (room.mode === 'room-only') {
    if (readPeople(room, hasVideo) < ANONYMOUS_FROM) return [];
    return [...room.anonymous.values()].filter(({ receivedAt }) => now - receivedAt < ROOM_WINDOW);
  }
  return [...presentSights(room, hasVideo, now).values()]
    .filter((sight) => ageOf(sight, now) < ROOM_WINDOW)
    .flatMap((sight) => shownFaces(sight).map(({ shown }) => shown));
}

/** The sights that may be shown now: not yet gone, and of somebody whose camera is on. */
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

/** How many faces look like each expression ever seen here, counting those of `sights`. */
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

/** The faces to show of a sight. */
export function shownFaces(sight: SteadySight): SteadyFaces['faces'] {
  return (sight.reading && sight.steadied?.faces) ?? [];
}

/** The faces of a sight whose expression may be shown as one. */
export function clearFaces(sight: SteadySight): readonly Face[] {
  return shownFaces(sight)
    .map(({ shown }) => shown)
    .filter(({ unsure }) => !unsure);
}

function addAnonymous(room: Room, face: Anonymous, now: number): Room {
  if (room.mode !== 'room-only') return room;
  const fresh = [...room.anonymous].filter(([, { receivedAt }]) => now - receivedAt < ROOM_WINDOW);
  const anonymous = new Map(fresh);
  // The same face again is repeated, or corrected: it is no newer for that.
  const receivedAt = anonymous.get(face.face)?.receivedAt ?? now;
  anonymous.set(face.face, { ...face, receivedAt });
  const seen = face.unsure ? room.seen : new Set([...room.seen, face.expression]);
  return { ...room, anonymous, seen };
}

function see(room: Room, participant: string, sight: Sight): Room {
  if (room.mode === 'room-only' && participant !== room.self) return room;
  if (!room.people.get(participant)?.consent) return room;
  if (!isNewer(room.lastFrames.get(participant), sight)) return room;
  const former = room.sights.get(participant)?.steadied;
  const asked = sight.receivedAt - room.askedAt < ASKED_FOR;
  const steadied = sight.reading ? steady(former, sight.reading, asked) : former;
  const steadySight = { ...sight, steadied };
  const expressions = clearFaces(steadySight).map(({ expression }) => expression);
  return {
    ...room,
    sights: new Map(room.sights).set(participant, steadySight),
    lastFrames: new Map(room.lastFrames).set(participant, frameOf(sight)),
    seen: new Set([...room.seen, ...expressions]),
  };
}

/** The room with other people: whoever left is forgotten, and sights are of those who consent. */
function withPeople(room: Room, people: Room['people']): Room {
  const sights = [...room.sights].filter(([participant]) => people.get(participant)?.consent);
  const lastFrames = [...room.lastFrames].filter(([participant]) => people.has(participant));
  // Nobody can tell whose the nameless faces are: where anybody stops being read, all of them go.
  const stopped = [...room.people].some(([id, { consent }]) => consent && !people.get(id)?.consent);
  return {
    ...room,
    people,
    sights: new Map(sights),
    lastFrames: new Map(lastFrames),
    anonymous: stopped ? new Map() : room.anonymous,
  };
}
