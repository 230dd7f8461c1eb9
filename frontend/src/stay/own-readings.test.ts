import { type Signal, signal } from '@preact/signals';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Result } from '../frame/result.ts';
import { applyMessage, applyRoster, enterRoom, type Room, shownMode } from '../room/room.ts';
import { ApiError } from '../wire/api.ts';
import { EXPRESSIONS, type Expression, type Face, type RoomMode } from '../wire/contract.ts';
import { OwnReadings } from './own-readings.ts';

const SELF = 'pppppppppppppppppppp01';
const PACE = 2_000;

function looking(expression: Expression, x = 0.3): Face {
  const scores = Object.fromEntries(EXPRESSIONS.map((it) => [it, it === expression ? 0.86 : 0.02]));
  const box = { x, y: 0.2, width: 0.2, height: 0.3 };
  return { box, scores: scores as Face['scores'], expression, confidence: 0.86, unsure: false };
}

let now = 0;
let result: Result;
let correction: string | undefined;
const tell = vi.fn<(told: object, abort: AbortSignal) => Promise<string>>();

/** Our readings in a room of this mode that we have been in for a while. */
function inRoom(mode: RoomMode, whileReading: (room: Signal<Room>) => void = () => {}) {
  const self = { participant: SELF, name: 'Ada', consent: true } as const;
  const entered = applyRoster(enterRoom(self, 0), { participants: [self], mode }, 1, 1);
  const room = signal<Room>(entered);
  const read = async () => {
    whileReading(room);
    return { result, took: 15 };
  };
  const readings = new OwnReadings({
    reader: { read, took: () => undefined, slowness: 1, close: () => undefined },
    source: {
      setTrack: () => undefined,
      capture: async () => null,
      take: async (look) => ({ seen: await look({} as ImageBitmap, 640, 480), capturedAt: now }),
    },
    room,
    change: (next) => {
      room.value = next;
    },
    mode: () => shownMode(room.value, now),
    correction: () => correction,
    tell,
    now: () => now,
  });
  const next = (expression: Expression, x?: number) => {
    now += PACE;
    result = { faces: [looking(expression, x)] };
    return readings.send(new AbortController().signal);
  };
  return { readings, room, next };
}

beforeEach(() => {
  now = 100_000;
  correction = undefined;
  tell.mockReset();
  tell.mockImplementation(async () => String(1_700_000_000_000 + now));
});

describe('readings made here', () => {
  it('are shown at once, and have a newer name each', async () => {
    const { room, next } = inRoom('open');
    await next('happiness');
    const first = room.value.sights.get(SELF)?.reading;
    expect(first?.reader).toBe('device');
    await next('happiness');
    const second = room.value.sights.get(SELF)?.reading;
    expect(Number(second?.frame)).toBeGreaterThan(Number(first?.frame));
  });

  it('are told in an open room when they change, and as a sign within every four seconds', async () => {
    const { next } = inRoom('open');
    for (let time = 0; time < 6; time++) await next('happiness');
    expect(tell).toHaveBeenCalledTimes(3);
  });

  it('are told with a first other look and with the one after it, as the others need them', async () => {
    const { next } = inRoom('open');
    await next('happiness');
    await next('sadness');
    await next('sadness');
    expect(tell).toHaveBeenCalledTimes(3);
  });

  it('are told when the face has moved', async () => {
    const { next } = inRoom('open');
    await next('happiness', 0.3);
    await next('happiness', 0.4);
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('are each told in a room-only room, whatever they say', async () => {
    const { next } = inRoom('room-only');
    for (let time = 0; time < 5; time++) await next('happiness');
    expect(tell).toHaveBeenCalledTimes(5);
    expect(tell.mock.lastCall?.[0]).toMatchObject({ mode: 'room-only' });
  });

  it.each(['open', 'room-only'] as const)(
    'are told under room-only if the room was it before or after the picture was read: %s then',
    async (mode) => {
      const other = mode === 'open' ? 'room-only' : 'open';
      const { next } = inRoom(mode, (room) => {
        room.value = applyMessage(room.value, { target: 'mode', body: { mode: other } }, now);
        now += 5_000; // a machine that takes long
      });
      await next('happiness');
      expect(tell.mock.lastCall?.[0]).toMatchObject({ mode: 'room-only' });
    },
  );

  it('are each told after somebody asked', async () => {
    const { room, next } = inRoom('open');
    await next('happiness');
    const capture = { target: 'capture', body: { by: SELF } } as const;
    room.value = applyMessage(room.value, capture, now + PACE);
    await next('happiness');
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('are told again when the last one did not arrive', async () => {
    const { next } = inRoom('open');
    tell.mockRejectedValueOnce(new ApiError(429, 'too-many-readings', ''));
    expect(await next('happiness')).toBeNull();
    expect(await next('happiness')).not.toBeNull();
    tell.mockRejectedValueOnce(new ApiError(403, 'consent-required', ''));
    now += PACE;
    await expect(next('happiness')).rejects.toMatchObject({ code: 'consent-required' });
  });

  it('carry our own word beside the scores, and show it here', async () => {
    const { room, next } = inRoom('open');
    correction = 'happiness:neutral';
    await next('happiness');
    expect(room.value.sights.get(SELF)?.reading?.faces[0]).toMatchObject({
      expression: 'neutral',
      ownWord: true,
    });
    expect(tell.mock.lastCall?.[0]).toMatchObject({ correction });
  });

  it('tell why there is none, once until it changes', async () => {
    const { readings } = inRoom('open');
    result = { reason: 'no-face' };
    for (let time = 0; time < 2; time++) {
      now += 1_000;
      await readings.send(new AbortController().signal);
    }
    expect(tell.mock.calls.map(([told]) => told)).toEqual([{ mode: 'open', reason: 'no-face' }]);
  });

  it('stop on their way when they may no longer be sent', async () => {
    const { readings } = inRoom('open');
    result = { faces: [looking('happiness')] };
    const withdrawn = new AbortController();
    await readings.send(withdrawn.signal);
    expect(tell.mock.lastCall?.[1]).toBe(withdrawn.signal);
  });
});
