/** The page's state of a room, and how each message changes it: pure, no I/O. */
import type {
  Anonymous,
  ConsentScope,
  Corrected,
  Expression,
  HubMessage,
  Participant,
  RoomMode,
  Roster,
} from '../wire/contract.ts';
import {
  addKnock,
  changeDoor,
  type Door,
  type DoorOfRoster,
  endKnock,
  listDoor,
  OPEN_DOOR,
} from './door.ts';
import { clearFaces, frameOf, isNewer, type Sight, type SteadySight } from './sight.ts';
import { steady, withOwnWord } from './steady.ts';

const ASKED_FOR = 3_000; // ms after somebody asked to read everyone, in which readings are shown at once
const NOTICED_AFTER = 3_000; // ms in which a newly opened room still counts as room-only
const CORRECTION_REACH = 4_000; // ms; a frame up to so much later may have been under way at the correction
/**
 * ms after which no frame older than our last one can still be under way: the functions read no frame
 * older than 10 s. So a frame that comes later than this is newer, even if its name is older because
 * the functions' clock was set back.
 */
const FRAME_OUTLIVED = 15_000;
/** The greatest age of a face that counts for the room's look, in ms. */
export const ROOM_WINDOW = 8_000;

/** Somebody in the room. `changedAt` is the time of the last message about them, by our clock. */
export interface Person extends Participant {
  readonly changedAt: number;
}

/** A nameless face, and when it reached us. */
export interface AnonymousFace extends Anonymous {
  readonly receivedAt: number;
}

/** A frame's name, and when its result reached us. */
export interface HeardFrame {
  readonly frame: string;
  readonly receivedAt: number;
}

/**
 * A page's state of its room. It is never changed; each function here returns a new one. Times are
 * milliseconds by this page's time.
 */
export interface Room {
  /** Our own participant id. */
  readonly self: string;
  /** By participant id, ourselves included, in order of arrival. */
  readonly people: ReadonlyMap<string, Person>;
  /** Whether a roster came; before it we cannot know who else is here. */
  readonly listed: boolean;
  /** When each participant left; an older roster must not bring them back. */
  readonly leftAt: ReadonlyMap<string, number>;
  /** The newest sight of each participant who is here and consents, by participant id. */
  readonly sights: ReadonlyMap<string, SteadySight>;
  /** Each participant's newest frame; a withdrawal keeps it, so that no older one counts as new. */
  readonly lastFrames: ReadonlyMap<string, HeardFrame>;
  /** The room's mode, and when we last got it. */
  readonly mode: RoomMode;
  readonly modeChangedAt: number;
  readonly door: Door;
  /** When the room last changed from room-only to open, by our clock. */
  readonly openedAt: number;
  /** In room-only mode: the nameless faces of the last seconds, by their names on the wire. */
  readonly anonymous: ReadonlyMap<string, AnonymousFace>;
  /** When somebody last asked to read everyone, by our clock. */
  readonly askedAt: number;
  /** Every expression read in this room since we came. */
  readonly seen: ReadonlySet<Expression>;
}

/** The room when we enter it, with only us. */
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
    openedAt: Number.NEGATIVE_INFINITY,
    door: OPEN_DOOR,
    anonymous: new Map(),
    askedAt: Number.NEGATIVE_INFINITY,
    seen: new Set(),
  };
}

/** Applies a roster requested at `askedAt`; later messages win over it. */
export function applyRoster(
  room: Room,
  roster: Pick<Roster, 'participants' | 'mode'> & DoorOfRoster,
  askedAt: number,
  now: number,
): Room {
  const listed = new Map(roster.participants.map((one) => [one.participant, one]));
  const people = new Map<string, Person>();
  for (const [id, person] of room.people) {
    const entry = listed.get(id);
    if (person.changedAt >= askedAt) people.set(id, person);
    // Our own page knows everything about us, except whether a host made us a host.
    else if (id === room.self) people.set(id, withHost(person, entry?.host === true));
    else if (entry) people.set(id, { ...entry, changedAt: person.changedAt });
  }
  for (const [id, entry] of listed) {
    const left = room.leftAt.get(id);
    if (!people.has(id) && (left === undefined || left < askedAt)) {
      people.set(id, { ...entry, changedAt: now });
    }
  }
  const door = listDoor(room.door, roster, askedAt);
  const before = { ...withPeople(room, people), listed: true, door };
  if (room.modeChangedAt >= askedAt) return before;
  const after = setMode(before, roster.mode, room.modeChangedAt);
  return after.mode === before.mode ? after : { ...after, openedAt: now };
}

/** Who came and who left between two states of one stay; people of the first roster did not come. */
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
    case 'door':
      return { ...room, door: changeDoor(room.door, message.body, now) };
    case 'knocked':
      return { ...room, door: addKnock(room.door, message.body, now) };
    case 'answered':
      return { ...room, door: endKnock(room.door, message.body.participant, now) };
    case 'host': {
      const { participant, host } = message.body;
      return changePerson(room, participant, now, (person) => withHost(person, host));
    }
    case 'removed':
    case 'left': {
      const { participant } = message.body;
      if (participant === room.self) return room;
      const people = new Map(room.people);
      people.delete(participant);
      const leftAt = new Map(room.leftAt).set(participant, now);
      return { ...withPeople(room, people), leftAt };
    }
    case 'paused':
    case 'resumed': {
      // Our own switch decides our consent, not an echo of its earlier position.
      const { participant } = message.body;
      if (participant === room.self) return room;
      return message.target === 'resumed'
        ? setConsent(room, participant, true, now, message.body.scope)
        : setConsent(room, participant, false, now);
    }
    case 'away':
    case 'back': {
      const { participant } = message.body;
      if (participant === room.self) return room;
      return changePerson(room, participant, now, ({ away: _, ...person }) =>
        message.target === 'away' ? { ...person, away: true } : person,
      );
    }
    default:
      return room;
  }
}

/** Whether we are a host of the room. */
export function isHost({ self, people }: Room): boolean {
  return people.get(self)?.host === true;
}

function withHost<P extends Participant>(person: P, host: boolean): P {
  const { host: _, ...rest } = person;
  return (host ? { ...rest, host } : rest) as P;
}

/** Records a consent given or withdrawn; a withdrawal removes that person's sight. */
export function setConsent(
  room: Room,
  participant: string,
  consent: boolean,
  now: number,
  scope?: ConsentScope,
): Room {
  return changePerson(room, participant, now, ({ scope: former, ...person }) => {
    const agreed = scope ?? former;
    return { ...person, consent, ...(consent && agreed && { scope: agreed }) };
  });
}

/** Changes the room's mode; readings that may no longer be shown are dropped at once. */
export function setMode(room: Room, mode: RoomMode, now: number): Room {
  if (mode === room.mode) return { ...room, modeChangedAt: now };
  const own = [...room.sights].filter(([participant]) => participant === room.self);
  const sights = mode === 'open' ? room.sights : new Map(own);
  const openedAt = mode === 'open' && room.listed ? now : room.openedAt;
  return { ...room, mode, modeChangedAt: now, openedAt, sights, anonymous: new Map() };
}

/**
 * The mode for our frames: the room's mode, once we had time to notice it.
 *
 * A room counts as room-only before the first roster, and for 3 s after it was opened.
 */
export function shownMode(room: Room, now: number): RoomMode {
  const open = room.mode === 'open' && room.listed && now - room.openedAt >= NOTICED_AFTER;
  return open ? 'open' : 'room-only';
}

/** Replaces the reading shown now with its person's own word. */
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

function addAnonymous(room: Room, nameless: Anonymous, now: number): Room {
  if (room.mode !== 'room-only') return room;
  const { face: id, expression, unsure } = nameless;
  const fresh = [...room.anonymous].filter(([, { receivedAt }]) => now - receivedAt < ROOM_WINDOW);
  const anonymous = new Map(fresh);
  // The same name again means a repetition or a correction: the face keeps its time.
  const receivedAt = anonymous.get(id)?.receivedAt ?? now;
  anonymous.set(id, { ...nameless, receivedAt });
  const seen = unsure ? room.seen : new Set([...room.seen, expression]);
  return { ...room, anonymous, seen };
}

function see(room: Room, participant: string, sight: Sight): Room {
  if (room.mode === 'room-only' && participant !== room.self) return room;
  const person = room.people.get(participant);
  if (!person || !mayBeRead(person)) return room;
  const last = room.lastFrames.get(participant);
  const outlived = last !== undefined && sight.receivedAt - last.receivedAt > FRAME_OUTLIVED;
  if (!outlived && !isNewer(last?.frame, sight)) return room;
  const former = room.sights.get(participant)?.steadied;
  const asked = sight.receivedAt - room.askedAt < ASKED_FOR;
  const steadied = sight.reading ? steady(former, sight.reading, asked) : former;
  const steadySight = { ...sight, steadied };
  const expressions = clearFaces(steadySight).map(({ expression }) => expression);
  return {
    ...room,
    sights: new Map(room.sights).set(participant, steadySight),
    lastFrames: new Map(room.lastFrames).set(participant, {
      frame: frameOf(sight),
      receivedAt: sight.receivedAt,
    }),
    seen: new Set([...room.seen, ...expressions]),
  };
}

/** Whether a participant agreed to be read and their page is in view. */
export function mayBeRead({ consent, away }: Participant): boolean {
  return consent && !away;
}

/** The room with one of its people changed at `now`; the same room if they are not in it. */
function changePerson(
  room: Room,
  participant: string,
  now: number,
  change: (person: Person) => Person,
): Room {
  const person = room.people.get(participant);
  if (!person) return room;
  const changed = { ...change(person), changedAt: now };
  return withPeople(room, new Map(room.people).set(participant, changed));
}

/** The room with `people`; frames of those who left and sights of those not read are dropped. */
function withPeople(room: Room, people: Room['people']): Room {
  const sights = [...room.sights].filter(([participant]) => {
    const person = people.get(participant);
    return person && mayBeRead(person);
  });
  const lastFrames = [...room.lastFrames].filter(([participant]) => people.has(participant));
  // No one knows whose a nameless face is: if one person withdraws or leaves, all are dropped.
  const stopped = [...room.people].some(([id, { consent }]) => consent && !people.get(id)?.consent);
  return {
    ...room,
    people,
    sights: new Map(sights),
    lastFrames: new Map(lastFrames),
    anonymous: stopped ? new Map() : room.anonymous,
  };
}
