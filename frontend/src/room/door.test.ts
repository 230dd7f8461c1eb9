import { expect, it } from 'vitest';
import { applyMessage, applyRoster, enterRoom, isHost, type Room } from './room.ts';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
const ZOE = { participant: 'pppppppppppppppppppp02', name: 'Zoë', consent: true };
const MO = { participant: 'pppppppppppppppppppp03', name: 'Mo' };

function room(): Room {
  const before = enterRoom({ ...ADA, host: true }, 0);
  return applyRoster(before, { participants: [{ ...ADA, host: true }, ZOE], mode: 'open' }, 1, 1);
}

const names = ({ door }: Room) => [...door.waiting.values()].map(({ name }) => name);

it('shows who waits until they are answered, whatever an older roster says', () => {
  const knocked = applyMessage(room(), { target: 'knocked', body: MO }, 10);
  expect(names(knocked)).toEqual(['Mo']);
  const listing = { participants: [ADA, ZOE], mode: 'open', door: 'closed' } as const;
  // Asked for before the knock: it cannot know of it.
  expect(names(applyRoster(knocked, { ...listing, waiting: [] }, 9, 11))).toEqual(['Mo']);
  const { participant } = MO;
  const answered = applyMessage(knocked, { target: 'answered', body: { participant } }, 12);
  expect(names(answered)).toEqual([]);
  expect(names(applyRoster(answered, { ...listing, waiting: [MO] }, 11, 13))).toEqual([]);
  expect(names(applyRoster(answered, { ...listing, waiting: [MO] }, 14, 15))).toEqual(['Mo']);
});

it('knows who closed the door, and that it opened by itself', () => {
  const closed = applyMessage(
    room(),
    { target: 'door', body: { door: 'closed', by: ZOE.participant } },
    10,
  );
  expect([closed.door.state, closed.door.by]).toEqual(['closed', ZOE.participant]);
  const late = applyRoster(closed, { participants: [ADA, ZOE], mode: 'open', door: 'open' }, 9, 11);
  expect(late.door.state).toBe('closed');
  const opened = applyMessage(closed, { target: 'door', body: { door: 'open' } }, 12);
  expect([opened.door.state, opened.door.by]).toEqual(['open', null]);
});

it('learns from messages and rosters who is host, ourselves too', () => {
  expect(isHost(room())).toBe(true);
  const { participant } = ADA;
  const taken = applyMessage(room(), { target: 'host', body: { participant, host: false } }, 10);
  expect(isHost(taken)).toBe(false);
  const listing = { participants: [{ ...ADA, host: true }, ZOE], mode: 'open' } as const;
  expect(isHost(applyRoster(taken, listing, 9, 11))).toBe(false);
  expect(isHost(applyRoster(taken, listing, 12, 13))).toBe(true);
});

it('drops the removed like who left, and no older roster brings them back', () => {
  const { participant } = ZOE;
  const without = applyMessage(room(), { target: 'removed', body: { participant } }, 10);
  expect(without.people.has(participant)).toBe(false);
  const late = applyRoster(without, { participants: [ADA, ZOE], mode: 'open' }, 9, 11);
  expect(late.people.has(participant)).toBe(false);
});
