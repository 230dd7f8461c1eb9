/** A page's state of its room's door: whether it is closed; a host's page also knows who waits. */
import type { DoorChange, DoorState, Knock, Roster } from '../wire/contract.ts';

/** The state of the room's door. Times are milliseconds by this page's time. */
export interface Door {
  readonly state: DoorState;
  /** The host who last opened or closed it; null if no one did, or no host is here any more. */
  readonly by: string | null;
  readonly changedAt: number;
  /** The people who wait, by participant id; only hosts get them. */
  readonly waiting: ReadonlyMap<string, Knock & { readonly heardAt: number }>;
  /** Those who no longer wait, and when we learned it; an older roster must not bring them back. */
  readonly answeredAt: ReadonlyMap<string, number>;
}

/** The door before the first roster: open, and nobody waits. */
export const OPEN_DOOR: Door = {
  state: 'open',
  by: null,
  changedAt: Number.NEGATIVE_INFINITY,
  waiting: new Map(),
  answeredAt: new Map(),
};

/** The values that functions of an earlier release leave out. */
export type DoorOfRoster = Partial<Pick<Roster, 'door' | 'waiting'>>;

/** Applies a roster requested at `askedAt`; later messages win over it. */
export function listDoor(door: Door, roster: DoorOfRoster, askedAt: number): Door {
  const state = door.changedAt >= askedAt ? door.state : (roster.door ?? 'open');
  const listed = (roster.waiting ?? [])
    .filter(({ participant }) => !((door.answeredAt.get(participant) ?? -1) >= askedAt))
    .map((knock) => [knock.participant, { ...knock, heardAt: askedAt }] as const);
  const since = [...door.waiting].filter(([, { heardAt }]) => heardAt >= askedAt);
  return { ...door, state, waiting: new Map([...listed, ...since]) };
}

/** Applies a host's change, or the opening because no host is here. */
export function changeDoor(door: Door, change: DoorChange, now: number): Door {
  return { ...door, state: change.door, by: change.by ?? null, changedAt: now };
}

/** Somebody waits. */
export function addKnock(door: Door, knock: Knock, now: number): Door {
  const waiting = new Map(door.waiting).set(knock.participant, { ...knock, heardAt: now });
  return { ...door, waiting };
}

/** Somebody no longer waits: they are in, were refused, or gave up. */
export function endKnock(door: Door, participant: string, now: number): Door {
  const waiting = new Map(door.waiting);
  waiting.delete(participant);
  return { ...door, waiting, answeredAt: new Map(door.answeredAt).set(participant, now) };
}
