import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import type { LocalMedia } from '../../devices/local-media.ts';
import { applyRoster, enterRoom, type Room, setMode } from '../../room/room.ts';
import type { Stay } from '../../stay/stay.ts';
import { silentOf } from './hindrance.ts';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
const ZOE = { participant: 'pppppppppppppppppppp02', name: 'Zoë', consent: true };
const ASKED = 10_000;

const open = applyRoster(enterRoom(ADA, 0), { participants: [ADA, ZOE], mode: 'open' }, 0, 0);
const roomOnly = setMode(open, 'room-only', 1_000);

function silentIn(room: Room): readonly string[] {
  const stay = { room: signal(room) } as unknown as Stay;
  return silentOf({ stay, media: {} as LocalMedia }, [...room.people.values()], ASKED);
}

it('names who did not answer, and nobody where nameless faces hid who did', () => {
  expect(silentIn(open)).toEqual(['Ada', 'Zoë']);
  expect(silentIn(roomOnly)).toEqual([]);
  // Who answered before the room was opened did so without a name.
  expect(silentIn(setMode(roomOnly, 'open', ASKED + 2_000))).toEqual([]);
  expect(silentIn(setMode(roomOnly, 'open', ASKED - 2_000))).toEqual(['Ada', 'Zoë']);
});
