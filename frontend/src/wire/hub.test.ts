import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import messages from '../../../tests/contract/messages.json';
import { ApiError } from './api.ts';
import type { HubMessage } from './contract.ts';
import { Hub, type HubState } from './hub.ts';

/** As much of SignalR's connection as the hub uses; tests refuse starts and close connections. */
const service = vi.hoisted(() => ({
  refusals: 0,
  /** Whether it answers over HTTP, whatever becomes of the WebSocket. */
  answers: false,
  connections: [] as {
    url: string;
    token: () => Promise<string>;
    handlers: Map<string, (argument: unknown) => unknown>;
    reconnecting: () => void;
    reconnected: () => void;
    /** A further attempt failed, of so many. */
    failed: (attempts: number) => void;
    close: () => void;
    stopped: boolean;
  }[],
}));

vi.mock('@microsoft/signalr', () => ({
  HttpTransportType: { WebSockets: 1 },
  LogLevel: { None: 6 },
  HttpClient: class {},
  HubConnectionBuilder: class {
    #connection = {
      url: '',
      token: async () => '',
      handlers: new Map<string, (argument: unknown) => unknown>(),
      reconnecting: () => undefined,
      reconnected: () => undefined,
      failed: (_attempts: number) => undefined as unknown,
      close: () => undefined,
      stopped: false,
    };
    withUrl(
      url: string,
      options: { accessTokenFactory: () => Promise<string>; httpClient: { answered: boolean } },
    ) {
      this.#connection.url = url;
      this.#connection.token = async () => {
        options.httpClient.answered = service.answers;
        return options.accessTokenFactory();
      };
      return this;
    }
    withAutomaticReconnect(policy: {
      nextRetryDelayInMilliseconds: (retry: { previousRetryCount: number }) => number;
    }) {
      this.#connection.failed = (previousRetryCount) =>
        policy.nextRetryDelayInMilliseconds({ previousRetryCount });
      return this;
    }
    configureLogging() {
      return this;
    }
    build() {
      const connection = this.#connection;
      service.connections.push(connection);
      return {
        on: (target: string, handler: (argument: unknown) => unknown) =>
          connection.handlers.set(target, handler),
        onreconnecting: (callback: () => undefined) => {
          connection.reconnecting = callback;
        },
        onreconnected: (callback: () => undefined) => {
          connection.reconnected = callback;
        },
        onclose: (callback: () => undefined) => {
          connection.close = callback;
        },
        start: async () => {
          await connection.token();
          if (service.refusals-- > 0) throw new Error('refused');
        },
        stop: async () => {
          connection.stopped = true;
          connection.close();
        },
      };
    }
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', class {}); // the client's own, in hub-socket.test.ts
  service.refusals = 0;
  service.answers = false;
  service.connections.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function startedHub() {
  const states: HubState[] = [];
  const heard: HubMessage[] = [];
  const negotiate = vi.fn(async () => ({ url: 'https://hub.example.org', accessToken: 'token' }));
  const hub = new Hub({
    negotiate,
    onMessage: (message) => heard.push(message),
    onState: (state) => states.push(state),
  });
  hub.start();
  return { hub, states, heard, negotiate };
}

describe('the hub', () => {
  it('hands on guarded messages alone, and its handlers answer nothing', async () => {
    const { heard } = startedHub();
    await vi.advanceTimersByTimeAsync(10);
    const handlers = service.connections[0]?.handlers;
    expect([...(handlers?.keys() ?? [])].sort()).toEqual(Object.keys(messages).sort());
    expect(handlers?.get('left')?.(messages.left)).toBeUndefined();
    expect(handlers?.get('left')?.({ participant: 'somebody' })).toBeUndefined();
    expect(heard).toEqual([{ target: 'left', body: messages.left }]);
  });

  it('negotiates once for one connection', async () => {
    const { negotiate, states } = startedHub();
    await vi.advanceTimersByTimeAsync(10);
    expect(states).toEqual(['connected']);
    expect(negotiate).toHaveBeenCalledTimes(1);
  });

  it('keeps trying when the first start fails, and says that it is away', async () => {
    service.refusals = 3;
    const { states } = startedHub();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(states).toEqual(['lost', 'connected']);
    expect(service.connections).toHaveLength(4);
  });

  it('tries at once when told that it may work again, whoever waits', async () => {
    service.refusals = 4;
    const { hub, states } = startedHub();
    await vi.advanceTimersByTimeAsync(3_600); // its next attempt would be in two seconds
    expect(service.connections).toHaveLength(4);
    hub.retry();
    await vi.advanceTimersByTimeAsync(10);
    expect(service.connections).toHaveLength(5);
    service.refusals = 0;
    hub.retry();
    await vi.advanceTimersByTimeAsync(10);
    expect(states).toEqual(['lost', 'connected']);
    service.connections.at(-1)?.reconnecting();
    hub.retry();
    await vi.advanceTimersByTimeAsync(10);
    expect(states).toEqual(['lost', 'connected', 'lost', 'connected']);
  });

  it('asks for a connection no sooner than the functions say', async () => {
    const { negotiate, states } = startedHub();
    negotiate.mockRejectedValueOnce(new ApiError(503, 'storage-unavailable', '', 2_000));
    await vi.advanceTimersByTimeAsync(1_900);
    expect(negotiate).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(states).toEqual(['lost', 'connected']);
  });

  it('keeps trying when it cannot negotiate', async () => {
    const { negotiate, states } = startedHub();
    negotiate.mockRejectedValueOnce(new Error('away'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(states).toEqual(['lost', 'connected']);
  });

  it.each([
    [true, ['lost', 'blocked', 'connected']],
    [false, ['lost', 'connected']],
  ])(
    'says that WebSockets are blocked only where the hub answers (%s)',
    async (answers, expected) => {
      service.answers = answers;
      service.refusals = 5;
      const { states } = startedHub();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(states).toEqual(expected);
    },
  );

  it.each([
    [true, ['connected', 'lost', 'blocked']],
    [false, ['connected', 'lost']],
  ])(
    'says so of a lost connection, too, only where the hub answers again (%s)',
    async (answersAgain, expected) => {
      service.answers = true;
      const { states } = startedHub();
      await vi.advanceTimersByTimeAsync(10);
      const [connection] = service.connections;
      connection?.failed(0);
      connection?.reconnecting();
      for (const attempts of [1, 2, 3, 4]) {
        // Where the functions are away, too, no token comes, and the hub is not even asked.
        if (answersAgain) await connection?.token();
        connection?.failed(attempts);
      }
      expect(states).toEqual(expected);
    },
  );

  it('tells of each loss and each return, and asks for a new token between', async () => {
    const { states, negotiate } = startedHub();
    await vi.advanceTimersByTimeAsync(10);
    service.connections[0]?.reconnecting();
    await service.connections[0]?.token();
    service.connections[0]?.reconnected();
    expect(states).toEqual(['connected', 'lost', 'connected']);
    expect(negotiate).toHaveBeenCalledTimes(2);
  });

  it('begins anew when the service closes the connection for good', async () => {
    const { states } = startedHub();
    await vi.advanceTimersByTimeAsync(10);
    service.connections[0]?.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(states).toEqual(['connected', 'lost', 'connected']);
    expect(service.connections).toHaveLength(2);
  });

  it('stays closed and silent once stopped', async () => {
    const { hub, states } = startedHub();
    await vi.advanceTimersByTimeAsync(10);
    await hub.stop();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(states).toEqual(['connected']);
    expect(service.connections).toHaveLength(1);
  });
});
