import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from './api.ts';
import { Hub, type HubState } from './hub.ts';

/** A browser's socket: it opens and answers the client's handshake, or nobody takes or refuses it. */
class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static silent = false;
  static all: FakeSocket[] = [];
  readonly CONNECTING = 0;
  readyState = FakeSocket.CONNECTING;
  onopen = () => undefined;
  onmessage = (_: { data: string }) => undefined;
  onclose = (_: { wasClean: boolean; code: number }) => undefined;

  constructor() {
    FakeSocket.all.push(this);
    if (!FakeSocket.silent) setTimeout(() => this.#open());
  }

  #open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen();
  }

  send(data: string): void {
    if (data.includes('"protocol"')) setTimeout(() => this.onmessage({ data: '{}\x1e' }));
  }

  close(): void {
    this.readyState = 3;
    setTimeout(() => this.onclose({ wasClean: false, code: 1006 }));
  }
}

const negotiation = {
  negotiateVersion: 1,
  connectionId: 'one',
  connectionToken: 'one',
  availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text'] }],
};

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.silent = false;
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('fetch', async () => Response.json(negotiation));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A hub with SignalR's own client, and the states it was in. */
function startedHub() {
  const states: HubState[] = [];
  const negotiate = vi.fn(async () => ({ url: 'https://hub.example.org', accessToken: 'token' }));
  const hub = new Hub({
    negotiate,
    onMessage: () => undefined,
    onState: (state) => states.push(state),
  });
  hub.start();
  return { hub, states, negotiate };
}

const connecting = () =>
  FakeSocket.all.filter(({ readyState }) => readyState === FakeSocket.CONNECTING);

it('gives up sockets that nobody takes or refuses, and says that they are blocked', async () => {
  FakeSocket.silent = true;
  const { states } = startedHub();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(states).toEqual(['lost', 'blocked']);
  // A browser opens no further socket to a host while one to it is opening.
  expect(connecting().length).toBeLessThanOrEqual(1);
  FakeSocket.silent = false;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(states).toEqual(['lost', 'blocked', 'connected']);
});

it('gives up such sockets of a lost connection, too', async () => {
  const { states } = startedHub();
  await vi.advanceTimersByTimeAsync(1_000);
  FakeSocket.silent = true;
  FakeSocket.all.at(-1)?.close();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(states).toEqual(['connected', 'lost', 'blocked']);
  FakeSocket.silent = false;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(states.at(-1)).toBe('connected');
});

it('lets a socket go on that opened in time', async () => {
  const { hub, states } = startedHub();
  await vi.advanceTimersByTimeAsync(25_000);
  expect(states).toEqual(['connected']);
  expect(FakeSocket.all).toHaveLength(1);
  await hub.stop();
});

it('restores a lost connection no sooner than the functions say', async () => {
  const { states, negotiate } = startedHub();
  await vi.advanceTimersByTimeAsync(1_000);
  negotiate.mockClear();
  negotiate.mockRejectedValue(new ApiError(503, 'storage-unavailable', '', 30_000));
  FakeSocket.all.at(-1)?.close();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(negotiate).toHaveBeenCalledTimes(1);
  negotiate.mockResolvedValue({ url: 'https://hub.example.org', accessToken: 'token' });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(states).toEqual(['connected', 'lost', 'connected']);
});
