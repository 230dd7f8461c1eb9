import { signal, type Signal as Writable } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import http from '../../tests/contract/http.json';
import messages from '../../tests/contract/messages.json';
import { Api } from './api.ts';
import type { Call, CallProblem, RemoteMedia } from './call/call.ts';
import { parseHubMessage } from './contract.ts';
import type { HubPorts } from './hub.ts';
import type { Device } from './local-media.ts';
import { shownFaces } from './room.ts';
import { Session } from './session.ts';

const ROOM = 'rrrrrrrrrrrrrrrrrrrr01';
const NOW = 1_763_834_400_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

type Reply = { status: number; body?: unknown };
type Request = { body: Record<string, unknown>; ticket: string };
type Route = (request: Request) => Reply | Promise<Reply>;

const refusal = (status: number, error: string): Reply => ({
  status,
  body: { error, message: error },
});

interface FakeCall {
  participants: ReadonlySet<string>;
  readonly problem: Writable<CallProblem | null>;
  retries: number;
  closed: boolean;
}

/** A session among fakes: routes by name, a hub and a camera that tests steer. */
async function stay({ consent = true, change = (_: Record<string, Route>) => {} } = {}) {
  let joins = 0;
  const asked: string[] = [];
  const corrections: string[] = [];
  const example = (route: string): Reply => {
    const { status, response } = http[route as keyof typeof http];
    return { status, body: response };
  };
  const functions = { consent };
  const roster = (route: 'presence' | 'heartbeat'): Reply => {
    const { status, response } = http[`POST /api/rooms/{room}/${route}`];
    const self = `pppppppppppppppppppp0${joins}`;
    const participants = response.participants.map((one) =>
      one.participant === self ? { ...one, consent: functions.consent } : one,
    );
    return { status, body: { ...response, participants } };
  };
  const routes: Record<string, Route> = {
    'POST participants': ({ body: { consent } }) => {
      joins += 1;
      functions.consent = consent === true;
      const body = { ...http['POST /api/rooms/{room}/participants'].response };
      body.participant = `pppppppppppppppppppp0${joins}`;
      body.ticket = `ticket ${joins}`;
      return { status: 201, body };
    },
    'POST video-token': () => example('POST /api/rooms/{room}/video-token'),
    'POST presence': () => roster('presence'),
    'POST heartbeat': () => roster('heartbeat'),
    'POST capture': () => ({ status: 202 }),
    'POST upload-tickets': () => {
      const uploads = Array.from({ length: 8 }, (_, n) => {
        const frame = String(Math.floor(Date.now() / 1000 + n) * 1000);
        return {
          frame,
          url: `https://storage.example.org/${frame}`,
          expiresAt: Date.now() + 120_000,
        };
      });
      return { status: 200, body: { uploads } };
    },
    'PUT consent': ({ body: { consent } }) => {
      functions.consent = consent === true;
      return { status: 200, body: { participant: 'pppppppppppppppppppp01', name: 'Ada', consent } };
    },
    'PUT mode': ({ body }) => ({ status: 200, body }),
    'POST corrections': () => ({ status: 202 }),
    'DELETE participants': () => ({ status: 204 }),
  };
  change(routes);
  const fetch = async (input: unknown, init: RequestInit = {}) => {
    const url = String(input);
    if (url.startsWith('https://storage')) {
      asked.push(`PUT ${url.slice(-13)}`);
      corrections.push((init.headers as Record<string, string>)['x-ms-meta-correction'] ?? '');
      return new Response(null, { status: 201 });
    }
    const name = `${init.method} ${url.split('/')[4]}`;
    asked.push(name);
    const headers = init.headers as Record<string, string>;
    const route = routes[name];
    const request = {
      body: JSON.parse(String(init.body)),
      ticket: headers['Authorization'] ?? '',
    };
    const reply = (await route?.(request)) ?? refusal(404, 'no-route');
    return new Response(reply.status === 204 ? null : JSON.stringify(reply.body ?? {}), {
      status: reply.status,
    });
  };
  const hubs: HubPorts[] = [];
  const calls: FakeCall[] = [];
  const camera = signal<Device>({
    track: {} as MediaStreamTrack,
    on: true,
    problem: null,
  });
  const visible = signal(true);
  const capture = vi.fn(async () => ({ jpeg: new Blob(['jpeg']), capturedAt: Date.now() }));
  const session = await Session.join(
    {
      api: new Api('', {
        fetch: ((url: string, init: RequestInit) =>
          fetch(url.replace('/api/rooms/', 'https://x/'), init)) as typeof globalThis.fetch,
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      }),
      media: { camera, microphone: signal<Device>({ track: null, on: false, problem: null }) },
      frames: { setTrack: () => undefined, capture },
      visible,
      openHub: (ports) => {
        hubs.push(ports);
        return { start: () => ports.onState('connected'), stop: async () => undefined };
      },
      openCall: async () => {
        const call: FakeCall = {
          participants: new Set(),
          problem: signal(null),
          retries: 0,
          closed: false,
        };
        calls.push(call);
        return {
          provider: 'mesh',
          problem: call.problem,
          retry: () => {
            call.retries += 1;
          },
          remotes: signal<ReadonlyMap<string, RemoteMedia>>(new Map()),
          setParticipants: (others) => {
            call.participants = others;
          },
          publish: () => undefined,
          receive: () => undefined,
          close: () => {
            call.closed = true;
          },
        } satisfies Call;
      },
      fetch: fetch as typeof globalThis.fetch,
      now: () => Date.now(),
    },
    { room: ROOM, name: 'Ada', consent },
  );
  await vi.advanceTimersByTimeAsync(0);
  const uploads = () => asked.filter((name) => /^PUT \d/.test(name)).length;
  const hear = (target: keyof typeof messages, change: object = {}) => {
    const message = parseHubMessage(target, { ...messages[target], ...change });
    if (message) hubs[hubs.length - 1]?.onMessage(message);
  };
  return {
    session,
    routes,
    functions,
    asked,
    corrections,
    uploads,
    hubs,
    calls,
    camera,
    visible,
    capture,
    hear,
  };
}

describe('entering', () => {
  it('announces itself, connects to whom the roster names, and is read', async () => {
    const { session, calls, uploads } = await stay();
    await vi.advanceTimersByTimeAsync(100);
    expect([...(calls[0]?.participants ?? [])]).toEqual(['pppppppppppppppppppp02']);
    expect(session.readable.value).toBe(true);
    expect(uploads()).toBe(1);
  });

  it('is present and read while there is no video, says so, and joins the call when it comes', async () => {
    const { session, routes, calls, uploads } = await stay({
      change: (all) => {
        all['POST video-token'] = () => refusal(502, 'video-unavailable');
      },
    });
    await vi.advanceTimersByTimeAsync(8_000);
    expect(session.readable.value).toBe(true);
    expect(uploads()).toBeGreaterThan(0);
    expect([...session.problems.value]).toEqual(['video-away']);
    const body = http['POST /api/rooms/{room}/video-token'].response;
    routes['POST video-token'] = () => ({ status: 200, body });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(session.problems.value.size).toBe(0);
    expect([...(calls[0]?.participants ?? [])]).toEqual(['pppppppppppppppppppp02']);
  });

  it('announces itself again after each new connection of the hub', async () => {
    const { asked, hubs, session } = await stay();
    hubs[0]?.onState('lost');
    expect(session.problems.value.has('hub-lost')).toBe(true);
    expect(session.readable.value).toBe(false);
    hubs[0]?.onState('connected');
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.filter((name) => name === 'POST presence')).toHaveLength(2);
    expect(session.problems.value.size).toBe(0);
    expect(session.readable.value).toBe(true);
  });
});

describe('consent', () => {
  it('withheld: neither ticket nor upload, even when somebody asks for a capture', async () => {
    const { asked, hear, capture } = await stay({ consent: false });
    hear('capture');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(capture).not.toHaveBeenCalled();
    expect(asked.filter((name) => name.includes('upload') || /^PUT/.test(name))).toEqual([]);
  });

  it('given in the call: read as soon as the functions know of it', async () => {
    const { session, uploads } = await stay({ consent: false });
    session.setConsent(true);
    expect(session.readable.value).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(session.readable.value).toBe(true);
    expect(uploads()).toBe(1);
  });

  it('withdrawn: stops here at once, and is told until the functions have heard it', async () => {
    const { session, routes, uploads, hear } = await stay();
    await vi.advanceTimersByTimeAsync(100);
    hear('reading');
    expect(session.room.value.sights.size).toBe(1);
    const saved = routes['PUT consent'];
    routes['PUT consent'] = () => refusal(503, 'storage-unavailable');
    session.setConsent(false);
    expect(session.readable.value).toBe(false);
    expect(session.room.value.sights.size).toBe(0);
    const before = uploads();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(session.problems.value.has('consent-unsaved')).toBe(true);
    if (saved) routes['PUT consent'] = saved;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(session.problems.value.size).toBe(0);
    expect(uploads()).toBe(before);
  });

  it('not saved before our place was lost: joining again saves it, and nothing is wrong any more', async () => {
    const { session, routes } = await stay();
    routes['PUT consent'] = () => refusal(503, 'storage-unavailable');
    session.setConsent(false);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(session.problems.value.has('consent-unsaved')).toBe(true);
    routes['PUT consent'] = () => refusal(404, 'unknown-participant');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(session.room.value.self).toBe('pppppppppppppppppppp02');
    expect(session.problems.value.size).toBe(0);
  });

  it.each([true, false])('known otherwise to the functions: %s is told again', async (consent) => {
    const { session, functions, asked } = await stay({ consent });
    functions.consent = !consent;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(functions.consent).toBe(consent);
    expect(asked.filter((name) => name === 'PUT consent')).toHaveLength(1);
    expect(session.readable.value).toBe(consent);
  });

  it('lost by the functions: told again, because our switch is what counts', async () => {
    const { session, routes, asked } = await stay();
    await vi.advanceTimersByTimeAsync(100);
    const tickets = routes['POST upload-tickets'];
    routes['POST upload-tickets'] = () => refusal(403, 'consent-required');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toContain('PUT consent');
    if (tickets) routes['POST upload-tickets'] = tickets;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.readable.value).toBe(true);
  });
});

describe('the video', () => {
  it('that the site has no right to is said to be refused', async () => {
    const { session, routes } = await stay({
      change: (all) => {
        all['POST video-token'] = () => refusal(502, 'video-refused');
      },
    });
    await vi.advanceTimersByTimeAsync(8_000);
    expect([...session.problems.value]).toEqual(['video-refused']);
    expect(session.provider.value).toBeNull();
    const body = http['POST /api/rooms/{room}/video-token'].response;
    routes['POST video-token'] = () => ({ status: 200, body });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(session.problems.value.size).toBe(0);
    expect(session.provider.value).toBe('mesh');
  });

  it('that breaks says what is wrong, and is tried again when we ask', async () => {
    const { session, calls } = await stay();
    const [call] = calls;
    if (!call) expect.fail('no call');
    call.problem.value = 'unreachable';
    expect([...session.problems.value]).toEqual(['video-unreachable']);
    call.problem.value = 'device-busy';
    expect([...session.problems.value]).toEqual(['video-device-busy']);
    session.retryVideo();
    expect(call.retries).toBe(1);
    call.problem.value = null;
    expect(session.problems.value.size).toBe(0);
  });
});

describe('being read', () => {
  it('stops while the camera is off or the page is hidden, and goes on after', async () => {
    const { session, camera, visible } = await stay();
    const { value } = camera;
    camera.value = { track: null, on: false, problem: null };
    expect(session.readable.value).toBe(false);
    camera.value = value;
    visible.value = false;
    expect(session.readable.value).toBe(false);
    visible.value = true;
    expect(session.readable.value).toBe(true);
  });

  it('happens when somebody presses Analyze, also with Live off', async () => {
    const { session, uploads, hear } = await stay();
    await vi.advanceTimersByTimeAsync(6_000);
    session.live.value = false;
    await vi.advanceTimersByTimeAsync(10_000);
    const before = uploads();
    hear('capture');
    await vi.advanceTimersByTimeAsync(100);
    expect(uploads()).toBe(before + 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(uploads()).toBe(before + 1);
  });

  it('happens when we press Analyze before we are connected, and once only', async () => {
    const { session, uploads, hubs, asked, hear } = await stay();
    session.live.value = false;
    hubs[0]?.onState('lost');
    await vi.advanceTimersByTimeAsync(10_000);
    const before = uploads();
    void session.analyze();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked).not.toContain('POST capture');
    hubs[0]?.onState('connected');
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toContain('POST capture');
    hear('capture', { by: session.room.value.self });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(uploads()).toBe(before + 1);
  });
});

describe('losing our place', () => {
  it('joins again by itself, with the same name and the present consent', async () => {
    const { session, routes, calls, hubs, asked } = await stay();
    session.setConsent(false);
    await vi.advanceTimersByTimeAsync(100);
    routes['POST heartbeat'] = ({ ticket }) =>
      ticket === 'Bearer ticket 1'
        ? refusal(404, 'unknown-participant')
        : { status: 200, body: http['POST /api/rooms/{room}/heartbeat'].response };
    await vi.advanceTimersByTimeAsync(16_000);
    expect(session.room.value.self).toBe('pppppppppppppppppppp02');
    expect(session.room.value.people.get('pppppppppppppppppppp02')?.consent).toBe(false);
    expect(calls[0]?.closed).toBe(true);
    expect(hubs).toHaveLength(2);
    expect(asked.filter((name) => name === 'POST participants')).toHaveLength(2);
    expect(session.ended.value).toBeNull();
  });

  it('joins again when the ticket has expired', async () => {
    const { session, routes } = await stay();
    routes['POST capture'] = ({ ticket }) =>
      ticket === 'Bearer ticket 1' ? refusal(401, 'ticket-expired') : { status: 202 };
    await session.analyze().catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    expect(session.room.value.self).toBe('pppppppppppppppppppp02');
    await expect(session.analyze()).resolves.toBeUndefined();
  });

  it('takes one new place, however often it is told that the old one is lost', async () => {
    const { session, asked, hubs } = await stay();
    await Promise.all([session.rejoin(), session.rejoin()]);
    expect(asked.filter((name) => name === 'POST participants')).toHaveLength(2);
    expect(hubs).toHaveLength(2);
    await session.rejoin();
    expect(hubs).toHaveLength(3);
  });

  it('gives up a new place that came after leaving', async () => {
    const { session, asked, hubs } = await stay();
    const rejoined = session.rejoin();
    session.leave();
    await rejoined;
    expect(asked.filter((name) => name === 'DELETE participants')).toHaveLength(2);
    expect(hubs).toHaveLength(1);
  });

  it('keeps the new place when an answer about the old one comes late', async () => {
    const { session, routes } = await stay();
    let answer: (reply: Reply) => void = () => {};
    routes['POST capture'] = () => new Promise((resolve) => (answer = resolve));
    const analyzed = session.analyze().catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    await session.rejoin();
    answer(refusal(404, 'unknown-participant'));
    await analyzed;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(session.room.value.self).toBe('pppppppppppppppppppp02');
  });

  it('ends after a while in which somebody else has our place', async () => {
    const { session, routes } = await stay();
    routes['POST heartbeat'] = () => refusal(404, 'unknown-participant');
    routes['POST participants'] = () => refusal(409, 'room-full');
    await vi.advanceTimersByTimeAsync(75_000);
    expect(session.problems.value.has('rejoining')).toBe(true);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(session.ended.value).toBe('room-full');
  });

  it('waits for the functions while they are away, and says so', async () => {
    const { session, routes } = await stay();
    const beat = routes['POST heartbeat'];
    routes['POST heartbeat'] = () => refusal(502, 'bad-gateway');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(session.problems.value.has('api-away')).toBe(true);
    if (beat) routes['POST heartbeat'] = beat;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(session.problems.value.has('api-away')).toBe(false);
    expect(session.room.value.self).toBe('pppppppppppppppppppp01');
  });

  it('ends when the room itself is gone', async () => {
    const { session, routes, calls } = await stay();
    routes['POST heartbeat'] = () => refusal(404, 'unknown-room');
    await vi.advanceTimersByTimeAsync(16_000);
    expect(session.ended.value).toBe('room-gone');
    expect(calls[0]?.closed).toBe(true);
  });

  it('leaves with a word to the room, and stays gone', async () => {
    const { session, asked, uploads } = await stay();
    await vi.advanceTimersByTimeAsync(100);
    session.leave();
    const before = uploads();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toContain('DELETE participants');
    expect(session.ended.value).toBe('left');
    expect(uploads()).toBe(before);
    expect(asked.filter((name) => name === 'POST heartbeat')).toEqual([]);
  });
});

describe('who sees what', () => {
  it('is changed by the host once the functions took it, and is what it was when they refuse', async () => {
    const { session, routes } = await stay();
    await session.setMode('room-only');
    expect(session.room.value.mode).toBe('room-only');
    routes['PUT mode'] = () => refusal(403, 'host-required');
    await expect(session.setMode('open')).rejects.toThrow('host-required');
    expect(session.room.value.mode).toBe('room-only');
  });

  it('is learnt from the roster and the hub', async () => {
    const { session, hear } = await stay();
    expect(session.room.value.mode).toBe('open');
    hear('mode');
    expect(session.room.value.mode).toBe('room-only');
  });
});

describe('correcting our own reading', () => {
  const shown = (session: Session) => {
    const sight = session.room.value.sights.get(session.room.value.self);
    return sight && shownFaces(sight)[0]?.shown;
  };

  it('shows our word at once, tells it, and sends it along with the frames of the next seconds', async () => {
    const bodies: unknown[] = [];
    const { session, hear, corrections } = await stay({
      change: (all) => {
        all['POST corrections'] = ({ body }) => {
          bodies.push(body);
          return { status: 202 };
        };
      },
    });
    await vi.advanceTimersByTimeAsync(100);
    hear('reading');
    const saying = session.correct('sadness');
    expect(shown(session)).toMatchObject({ expression: 'sadness', ownWord: true });
    await saying;
    expect(bodies).toEqual([{ frame: messages.reading.frame, expression: 'sadness' }]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(new Set(corrections.slice(1))).toEqual(new Set(['happiness:sadness']));
    await vi.advanceTimersByTimeAsync(15_000);
    expect(corrections.at(-1)).toBe('');
  });

  it('ends when we stop being read, and needs something that is read', async () => {
    const { session, hear, asked, corrections } = await stay();
    await session.correct('sadness');
    expect(asked).not.toContain('POST corrections');
    await vi.advanceTimersByTimeAsync(100);
    hear('reading');
    await session.correct('sadness');
    session.setConsent(false);
    await vi.advanceTimersByTimeAsync(100);
    session.setConsent(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(corrections.length).toBeGreaterThan(1);
    expect(new Set(corrections)).toEqual(new Set(['']));
  });
});
