import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../wire/api.ts';
import type { MeshToken } from '../wire/contract.ts';
import { IceServers } from './ice-servers.ts';
import { MeshCall } from './mesh.ts';
import { FakeConnection, FakeStream } from './testing/fake-connection.ts';
import { Random } from './testing/random.ts';
import { World } from './testing/world.ts';

const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal('MediaStream', FakeStream);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

let issued = 0;
function token(): MeshToken {
  issued += 1;
  const urls = 'turn:turn.example.org';
  const server = { urls, username: `${issued}`, credential: 'secret' };
  return { provider: 'mesh', iceServers: [server], expiresAt: Date.now() + HOUR };
}

describe('the servers', () => {
  it('are asked for anew before their credentials end, again and again', async () => {
    const renew = vi.fn(async () => token());
    const renewed = vi.fn();
    const first = token();
    const ice = new IceServers({ token: first, renew, now: Date.now }, renewed);
    expect(ice.current).toBe(first.iceServers);
    await vi.advanceTimersByTimeAsync(HOUR * 0.4);
    expect(renew).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(HOUR * 0.4);
    expect(renewed).toHaveBeenCalledTimes(1);
    expect(ice.current).not.toBe(first.iceServers);
    await vi.advanceTimersByTimeAsync(HOUR * 2);
    expect(renew).toHaveBeenCalledTimes(5);
    ice.close();
    await vi.advanceTimersByTimeAsync(HOUR * 2);
    expect(renew).toHaveBeenCalledTimes(5);
  });

  it.each([-HOUR, HOUR])('are asked for in time by a clock that is %i ms off', async (off) => {
    const renew = vi.fn(async () => token());
    const now = () => Date.now() + off;
    const ice = new IceServers({ token: token(), renew, now }, () => undefined);
    await vi.advanceTimersByTimeAsync(HOUR * 0.9);
    expect(renew).toHaveBeenCalled();
    ice.close();
  });

  it('are asked for again when the functions are away, as they ask for, without haste', async () => {
    const away = new ApiError(429, 'too-many-messages', 'Too often.', 60_000);
    const renew = vi.fn<() => Promise<MeshToken>>().mockRejectedValue(away);
    const ice = new IceServers({ token: token(), renew, now: Date.now }, () => undefined);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(renew.mock.calls.length).toBeGreaterThan(15);
    expect(renew.mock.calls.length).toBeLessThan(35);
    ice.close();
  });
});

describe('a mesh', () => {
  it('gives renewed servers to the connections there are and to new ones', async () => {
    const world = new World(new Random(1), 2);
    const made: FakeConnection[] = [];
    const call = new MeshCall({
      self: 'pppppppppppppppppppp09',
      token: token(),
      renew: async () => token(),
      now: Date.now,
      send: async () => undefined,
      connect: (configuration) => {
        const connection = new FakeConnection('09', world);
        connection.configuration = configuration;
        made.push(connection);
        return connection as unknown as RTCPeerConnection;
      },
    });
    const names = () => made.map(({ configuration }) => configuration.iceServers?.[0]?.username);
    call.setParticipants(new Set(['pppppppppppppppppppp01']));
    const [before] = names();
    await vi.advanceTimersByTimeAsync(HOUR);
    call.setParticipants(new Set(['pppppppppppppppppppp01', 'pppppppppppppppppppp02']));
    expect(new Set(names()).size).toBe(1);
    expect(names()[0]).not.toBe(before);
    call.close();
    world.close();
  });
});
