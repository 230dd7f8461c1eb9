import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Api, ApiError } from '../wire/api.ts';
import { comeIn, GivenUp, type Wait } from './entrance.ts';

const ROOM = 'rrrrrrrrrrrrrrrrrrrr01';
const MO = { name: 'Mo', consent: true };
const WAITING = { participant: 'p1', ticket: 't', expiresAt: 1, waiting: true } as const;
const JOINED = {
  participant: 'p1',
  name: 'Mo',
  ticket: 't',
  expiresAt: 1,
  host: false,
  capacity: 6,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function door(...answers: readonly unknown[]) {
  const left = [...answers];
  const next = async () => {
    const answer = left.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const api = { join: vi.fn(next), wait: vi.fn(next), leave: vi.fn(async () => undefined) };
  const waits: Wait[] = [];
  const came = comeIn(api as unknown as Api, ROOM, MO, (wait) => waits.push(wait));
  const outcome = came.catch((error: unknown) => error);
  return { api, waits, outcome };
}

it('comes in at once where the door is open, and waits for nobody', async () => {
  const { outcome, waits } = door(JOINED);
  expect(await outcome).toEqual(JOINED);
  expect(waits).toEqual([]);
});

it('asks every few seconds until a host lets us in, also while the functions are away', async () => {
  const away = new ApiError(503, 'storage-unavailable', '');
  const { outcome, waits, api } = door(WAITING, WAITING, away, WAITING, JOINED);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await outcome).toEqual(JOINED);
  expect(waits).toHaveLength(1);
  expect(api.wait).toHaveBeenCalledTimes(4);
});

it.each([200, 401, 403, 407])(
  'waits on while a portal answers in their place: %i',
  async (status) => {
    const page = new ApiError(status, 'unexpected-answer', '');
    const { outcome } = door(WAITING, page, JOINED);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await outcome).toEqual(JOINED);
  },
);

it.each(['refused', 'knock-expired'])('ends with %s', async (code) => {
  const { outcome } = door(WAITING, new ApiError(403, code, ''));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await outcome).toMatchObject({ code });
});

it('knocks anew where the functions forgot us', async () => {
  const forgotten = new ApiError(404, 'unknown-participant', '');
  const { outcome, api } = door(WAITING, forgotten, WAITING, JOINED);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await outcome).toEqual(JOINED);
  expect(api.join).toHaveBeenCalledTimes(2);
});

it('knocks anew as soon as there is a network: one that comes late after sleep ends no wait', async () => {
  const forgotten = new ApiError(404, 'unknown-participant', '');
  const { outcome, api } = door(WAITING, forgotten, new ApiError(0, 'unreachable', ''), JOINED);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await outcome).toEqual(JOINED);
  expect(api.join).toHaveBeenCalledTimes(3);
});

it('leaves the door when we give up, once, and at once', async () => {
  const { outcome, waits, api } = door(WAITING, WAITING, WAITING);
  await vi.advanceTimersByTimeAsync(100);
  waits[0]?.giveUp();
  waits[0]?.giveUp();
  expect(await outcome).toBeInstanceOf(GivenUp);
  expect(api.leave).toHaveBeenCalledOnce();
});
