import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import http from '../../../tests/contract/http.json';
import { Api } from '../wire/api.ts';
import { RoomApi } from '../wire/room-api.ts';
import { Hosting } from './hosting.ts';
import { Membership } from './membership.ts';

const ROOM = 'rrrrrrrrrrrrrrrrrrrr01';
const ZOE = 'zzzzzzzzzzzzzzzzzzzz01';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A host, and functions that refuse each of these routes with this code. */
function host(refusals: Record<string, readonly [number, string]>) {
  const asked: string[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    const route = `${init.method} ${url.split('/')[4]}`;
    asked.push(route);
    const [status, error] = refusals[route] ?? [200, ''];
    const done = http['POST /api/rooms/{room}/heartbeat'].response;
    const body = error ? { error, message: error } : done;
    return new Response(JSON.stringify(body), { status });
  };
  const api = new Api('', {
    fetch: fetch as typeof globalThis.fetch,
    wait: async () => undefined,
  });
  const onLost = vi.fn();
  const membership = new Membership(
    new RoomApi(api, ROOM, http['POST /api/rooms/{room}/participants'].response),
    {
      openHub: () => ({ start: () => undefined, stop: async () => undefined }),
      openCall: () => new Promise(() => undefined),
      onCall: () => undefined,
      onHubState: () => undefined,
      onPresent: () => undefined,
      onMessage: () => undefined,
      onRoster: () => undefined,
      onVideo: () => undefined,
      onReachable: () => undefined,
      onLost,
      away: () => false,
      ages: () => [],
      now: () => Date.now(),
    },
  );
  const hosting = new Hosting({
    membership: () => membership,
    connectionsOf: () => ['their connection'],
    hear: () => undefined,
  });
  return { hosting, asked, onLost };
}

it.each([
  ['removing', 'POST removals', (hosting: Hosting) => hosting.remove(ZOE)],
  ['naming', 'PUT hosts', (hosting: Hosting) => hosting.nameHost(ZOE, true)],
] as const)(
  '%s somebody who is gone costs us no place, and the roster is asked',
  async (_, route, act) => {
    const { hosting, asked, onLost } = host({ [route]: [404, 'unknown-participant'] });
    await expect(act(hosting)).rejects.toThrow('unknown-participant');
    await vi.advanceTimersByTimeAsync(100);
    expect(onLost).not.toHaveBeenCalled();
    expect(asked).toEqual([route, 'POST heartbeat']);
  },
);

it('a host who is gone themselves learns it from the same request', async () => {
  const gone = [404, 'unknown-participant'] as const;
  const { hosting, onLost } = host({ 'PUT hosts': gone, 'POST heartbeat': gone });
  await expect(hosting.nameHost(ZOE, true)).rejects.toThrow('unknown-participant');
  await vi.advanceTimersByTimeAsync(100);
  expect(onLost).toHaveBeenCalledWith('forgotten');
});

it.each([
  [409, 'is-host', false],
  [502, 'video-unavailable', true],
] as const)(
  'a removal that ends with %s %s is repeated while their video goes on: %s',
  async (status, code, repeated) => {
    const { hosting, asked } = host({ 'POST removals': [status, code] });
    await expect(hosting.remove(ZOE)).rejects.toThrow(code);
    asked.length = 0;
    hosting.endVideoOfRemoved();
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.length > 0).toBe(repeated);
  },
);
