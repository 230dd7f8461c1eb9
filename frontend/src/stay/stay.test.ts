import { signal, type Signal as Writable } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import http from '../../../tests/contract/http.json';
import messages from '../../../tests/contract/messages.json';
import type { Call, CallProblem, RemoteMedia } from '../call/call.ts';
import type { Device } from '../devices/local-media.ts';
import { CaptureError } from '../frame/jpeg.ts';
import { shownFaces } from '../room/sight.ts';
import { Api } from '../wire/api.ts';
import type { RoomMode } from '../wire/contract.ts';
import type { HubPorts } from '../wire/hub.ts';
import { parseHubMessage } from '../wire/messages.ts';
import { Stay } from './stay.ts';

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
  shown: ReadonlyMap<string, number>;
  readonly problem: Writable<CallProblem | null>;
  retries: number;
  closed: boolean;
}

/** A stay among fakes: routes by name, a hub and a camera that tests steer. */
async function enter({ consent = true, change = (_: Record<string, Route>) => {} } = {}) {
  let joins = 0;
  const asked: string[] = [];
  const corrections: string[] = [];
  const example = (route: string): Reply => {
    const { status, response } = http[route as keyof typeof http];
    return { status, body: response };
  };
  const modes: string[] = [];
  const functions: { consent: boolean; scope: 'everybody' | 'room-only'; mode: RoomMode } = {
    consent,
    scope: 'everybody',
    mode: 'open',
  };
  const roster = (route: 'presence' | 'heartbeat'): Reply => {
    const { status, response } = http[`POST /api/rooms/{room}/${route}`];
    const self = `pppppppppppppppppppp0${joins}`;
    const participants = response.participants.map((one) =>
      one.participant === self ? { ...one, ...functions, mode: undefined } : one,
    );
    return { status, body: { ...response, participants, mode: functions.mode } };
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
      const metadata = init.headers as Record<string, string>;
      corrections.push(metadata['x-ms-meta-correction'] ?? '');
      modes.push(metadata['x-ms-meta-mode'] ?? '');
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
    if (name === 'POST heartbeat') beats.push(request.body);
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
  const online = signal(true);
  const retries = vi.fn();
  const beats: unknown[] = [];
  const capture = vi.fn(async () => ({ jpeg: new Blob(['jpeg']), capturedAt: Date.now() }));
  const stay = await Stay.join(
    {
      api: new Api('', {
        fetch: ((url: string, init: RequestInit) =>
          fetch(url.replace('/api/rooms/', 'https://x/'), init)) as typeof globalThis.fetch,
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      }),
      media: { camera, microphone: signal<Device>({ track: null, on: false, problem: null }) },
      frames: { setTrack: () => undefined, capture, take: async () => null },
      visible,
      online,
      openHub: (ports) => {
        hubs.push(ports);
        return {
          start: () => ports.onState('connected'),
          stop: async () => undefined,
          retry: retries,
        };
      },
      openCall: async () => {
        const call: FakeCall = {
          participants: new Set(),
          shown: new Map(),
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
          setShown: (lines) => {
            call.shown = lines;
          },
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
    stay,
    routes,
    functions,
    asked,
    corrections,
    modes,
    uploads,
    hubs,
    calls,
    camera,
    visible,
    online,
    retries,
    beats,
    capture,
    hear,
  };
}

describe('entering', () => {
  it('announces itself, connects to whom the roster names, and is read', async () => {
    const { stay, calls, uploads } = await enter();
    await vi.advanceTimersByTimeAsync(100);
    expect([...(calls[0]?.participants ?? [])]).toEqual(['pppppppppppppppppppp02']);
    expect(stay.readable.value).toBe(true);
    expect(uploads()).toBe(1);
  });

  it('says how large the others are shown, where they are largest', async () => {
    const { stay, calls } = await enter();
    stay.show('page', new Map([['pppppppppppppppppppp02', 0]]));
    stay.show('small window', new Map([['pppppppppppppppppppp02', 180]]));
    await vi.advanceTimersByTimeAsync(100);
    expect([...(calls[0]?.shown ?? [])]).toEqual([['pppppppppppppppppppp02', 180]]);
    stay.show('small window', new Map());
    expect([...(calls[0]?.shown ?? [])]).toEqual([['pppppppppppppppppppp02', 0]]);
  });

  it('tells with each heartbeat how old its readings were when they were shown', async () => {
    const { beats, hear } = await enter();
    await vi.advanceTimersByTimeAsync(100);
    hear('reading', { capturedAt: Date.now() - 640 });
    hear('reading', { capturedAt: Date.now() - 90_000, frame: '1763834499000' });
    hear('reading', { capturedAt: Date.now() - 10, participant: 'pppppppppppppppppppp02' });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(beats).toEqual([{ away: false, ages: [640] }]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(beats[1]).toEqual({ away: false });
  });

  it('is present and read while there is no video, says so, and joins the call when it comes', async () => {
    const { stay, routes, calls, uploads } = await enter({
      change: (all) => {
        all['POST video-token'] = () => refusal(502, 'video-unavailable');
      },
    });
    await vi.advanceTimersByTimeAsync(8_000);
    expect(stay.readable.value).toBe(true);
    expect(uploads()).toBeGreaterThan(0);
    expect([...stay.problems.value]).toEqual(['video-away']);
    const body = http['POST /api/rooms/{room}/video-token'].response;
    routes['POST video-token'] = () => ({ status: 200, body });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stay.problems.value.size).toBe(0);
    expect([...(calls[0]?.participants ?? [])]).toEqual(['pppppppppppppppppppp02']);
  });

  it('announces itself again after each new connection of the hub', async () => {
    const { asked, hubs, stay } = await enter();
    hubs[0]?.onState('lost');
    expect(stay.problems.value.has('hub-lost')).toBe(true);
    expect(stay.readable.value).toBe(false);
    hubs[0]?.onState('connected');
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.filter((name) => name === 'POST presence')).toHaveLength(2);
    expect(stay.problems.value.size).toBe(0);
    expect(stay.readable.value).toBe(true);
  });
});

describe('consent', () => {
  it('withheld: neither ticket nor upload, even when somebody asks for a capture', async () => {
    const { asked, hear, capture } = await enter({ consent: false });
    hear('capture');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(capture).not.toHaveBeenCalled();
    expect(asked.filter((name) => name.includes('upload') || /^PUT/.test(name))).toEqual([]);
  });

  it('given in the call: read as soon as the functions know of it', async () => {
    const { stay, uploads } = await enter({ consent: false });
    stay.setConsent(true);
    expect(stay.readable.value).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(stay.readable.value).toBe(true);
    expect(uploads()).toBe(1);
  });

  it('withdrawn: stops here at once, and is told until the functions have heard it', async () => {
    const { stay, routes, uploads, hear } = await enter();
    await vi.advanceTimersByTimeAsync(100);
    hear('reading');
    expect(stay.room.value.sights.size).toBe(1);
    const saved = routes['PUT consent'];
    routes['PUT consent'] = () => refusal(503, 'storage-unavailable');
    stay.setConsent(false);
    expect(stay.readable.value).toBe(false);
    expect(stay.room.value.sights.size).toBe(0);
    const before = uploads();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stay.problems.value.has('consent-unsaved')).toBe(true);
    if (saved) routes['PUT consent'] = saved;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(stay.problems.value.size).toBe(0);
    expect(uploads()).toBe(before);
  });

  it('not saved before our place was lost: joining again saves it, and nothing is wrong any more', async () => {
    const { stay, routes } = await enter();
    routes['PUT consent'] = () => refusal(503, 'storage-unavailable');
    stay.setConsent(false);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(stay.problems.value.has('consent-unsaved')).toBe(true);
    routes['PUT consent'] = () => refusal(404, 'unknown-participant');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stay.room.value.self).toBe('pppppppppppppppppppp02');
    expect(stay.problems.value.size).toBe(0);
  });

  it('saved with a new place, while it was under way for the former one: nothing is wrong', async () => {
    const { stay, routes } = await enter();
    let fail = () => {};
    routes['PUT consent'] = () =>
      new Promise((_, reject) => {
        fail = () => reject(new TypeError('no network'));
      });
    stay.setConsent(false);
    await stay.rejoin();
    for (let attempt = 0; attempt < 3; attempt++) {
      fail();
      await vi.advanceTimersByTimeAsync(2_000);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect([...stay.problems.value]).toEqual([]);
  });

  it('given anew, and to fewer, while joining again: the new place has no more than that', async () => {
    const { stay, routes, hear } = await enter();
    hear('mode', { mode: 'room-only' });
    const [join, save] = [routes['POST participants'], routes['PUT consent']];
    const saved: unknown[] = [];
    routes['PUT consent'] = (request) => {
      if (request.ticket.endsWith('1')) return refusal(401, 'unknown-participant');
      saved.push(request.body);
      return save?.(request) ?? refusal(404, 'no-route');
    };
    let letIn = () => {};
    routes['POST participants'] = async (request) => {
      await new Promise<void>((resolve) => {
        letIn = resolve;
      });
      return join?.(request) ?? refusal(404, 'no-route');
    };
    void stay.rejoin();
    await vi.advanceTimersByTimeAsync(0);
    stay.setConsent(false);
    stay.setConsent(true);
    letIn();
    await vi.advanceTimersByTimeAsync(100);
    expect(stay.room.value.self).toBe('pppppppppppppppppppp02');
    expect(saved.at(-1)).toMatchObject({ consent: true, scope: 'room-only' });
    expect(stay.scope.value).toBe('room-only');
  });

  it.each([true, false])('known otherwise to the functions: %s is told again', async (consent) => {
    const { stay, functions, asked } = await enter({ consent });
    functions.consent = !consent;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(functions.consent).toBe(consent);
    expect(asked.filter((name) => name === 'PUT consent')).toHaveLength(1);
    expect(stay.readable.value).toBe(consent);
  });

  it('lost by the functions: told again, because our switch is what counts', async () => {
    const { stay, routes, asked } = await enter();
    await vi.advanceTimersByTimeAsync(100);
    const tickets = routes['POST upload-tickets'];
    routes['POST upload-tickets'] = () => refusal(403, 'consent-required');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toContain('PUT consent');
    if (tickets) routes['POST upload-tickets'] = tickets;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stay.readable.value).toBe(true);
  });
});

describe('the video', () => {
  it('that the site has no right to is said to be refused', async () => {
    const { stay, routes } = await enter({
      change: (all) => {
        all['POST video-token'] = () => refusal(502, 'video-refused');
      },
    });
    await vi.advanceTimersByTimeAsync(8_000);
    expect([...stay.problems.value]).toEqual(['video-refused']);
    expect(stay.provider.value).toBeNull();
    const body = http['POST /api/rooms/{room}/video-token'].response;
    routes['POST video-token'] = () => ({ status: 200, body });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stay.problems.value.size).toBe(0);
    expect(stay.provider.value).toBe('mesh');
  });

  it('that breaks says what is wrong, and is tried again when we ask', async () => {
    const { stay, calls } = await enter();
    const [call] = calls;
    if (!call) expect.fail('no call');
    call.problem.value = 'unreachable';
    expect([...stay.problems.value]).toEqual(['video-unreachable']);
    call.problem.value = 'device-busy';
    expect([...stay.problems.value]).toEqual(['video-device-busy']);
    stay.retryVideo();
    expect(call.retries).toBe(1);
    call.problem.value = null;
    expect(stay.problems.value.size).toBe(0);
  });
});

describe('being read', () => {
  it('stops while the camera is off or the page is hidden, and goes on after', async () => {
    const { stay, camera, visible } = await enter();
    const { value } = camera;
    camera.value = { track: null, on: false, problem: null };
    expect(stay.readable.value).toBe(false);
    camera.value = value;
    visible.value = false;
    expect(stay.readable.value).toBe(false);
    visible.value = true;
    expect(stay.readable.value).toBe(true);
  });

  it('happens when somebody asks for it, also with Live off', async () => {
    const { stay, uploads, hear } = await enter();
    await vi.advanceTimersByTimeAsync(6_000);
    stay.live.value = false;
    await vi.advanceTimersByTimeAsync(10_000);
    const before = uploads();
    hear('capture');
    await vi.advanceTimersByTimeAsync(100);
    expect(uploads()).toBe(before + 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(uploads()).toBe(before + 1);
  });

  it('happens when we ask for it before we are connected, and once only', async () => {
    const { stay, uploads, hubs, asked, hear } = await enter();
    stay.live.value = false;
    hubs[0]?.onState('lost');
    await vi.advanceTimersByTimeAsync(10_000);
    const before = uploads();
    void stay.askEverybody();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked).not.toContain('POST capture');
    hubs[0]?.onState('connected');
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toContain('POST capture');
    hear('capture', { by: stay.room.value.self });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(uploads()).toBe(before + 1);
  });
});

describe('being out of view', () => {
  it('is told the functions at once, and so is coming back', async () => {
    const { visible, beats } = await enter();
    await vi.advanceTimersByTimeAsync(100);
    visible.value = false;
    await vi.advanceTimersByTimeAsync(100);
    visible.value = true;
    await vi.advanceTimersByTimeAsync(100);
    expect(beats).toEqual([{ away: true }, { away: false }]);
  });

  it('of another ends what is shown of them, until a reading after they are back', async () => {
    const { stay, hear } = await enter();
    hear('joined');
    const zoe = messages.joined.participant;
    hear('reading', { participant: zoe });
    expect(stay.room.value.sights.has(zoe)).toBe(true);
    hear('away');
    expect(stay.room.value.people.get(zoe)?.away).toBe(true);
    expect(stay.room.value.sights.has(zoe)).toBe(false);
    hear('back');
    hear('reading', { participant: zoe, frame: '1763834499000' });
    expect(stay.room.value.people.get(zoe)?.away).toBeUndefined();
    expect(stay.room.value.sights.has(zoe)).toBe(true);
  });
});

describe('a lost network', () => {
  const cut = (routes: Record<string, Route>) => {
    const before = { ...routes };
    for (const name of Object.keys(routes)) {
      routes[name] = () => {
        throw new TypeError('Failed to fetch');
      };
    }
    return () => Object.assign(routes, before);
  };

  it('is said once, as that; nothing is read; all goes on at once when it is back', async () => {
    const { stay, routes, online, retries, calls, hubs, uploads } = await enter();
    await vi.advanceTimersByTimeAsync(100);
    const mend = cut(routes);
    online.value = false;
    await vi.advanceTimersByTimeAsync(100);
    hubs.at(-1)?.onState('lost');
    expect([...stay.problems.value]).toEqual(['offline']);
    expect(stay.readable.value).toBe(false);
    const before = uploads();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([...stay.problems.value]).toEqual(['offline']);
    expect(uploads()).toBe(before);
    mend();
    online.value = true;
    expect(retries).toHaveBeenCalledOnce();
    expect(calls.at(-1)?.retries).toBe(1);
    hubs.at(-1)?.onState('connected');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stay.problems.value.size).toBe(0);
    expect(stay.readable.value).toBe(true);
    expect(uploads()).toBeGreaterThan(before);
  });

  it('is not what a browser says while everything answers', async () => {
    const { stay, online, uploads } = await enter();
    online.value = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(stay.problems.value.size).toBe(0);
    expect(stay.readable.value).toBe(true);
    expect(uploads()).toBeGreaterThan(2);
  });

  it('that is back, but not to us, says what does not answer', async () => {
    const { stay, routes, online } = await enter();
    await vi.advanceTimersByTimeAsync(100);
    cut(routes);
    online.value = false;
    await vi.advanceTimersByTimeAsync(100);
    online.value = true;
    await vi.advanceTimersByTimeAsync(6_000);
    expect([...stay.problems.value]).toEqual(['api-away']);
  });
});

describe('a camera that cannot be read', () => {
  it.each([
    [new CaptureError('black'), 'camera-black'],
    [new CaptureError('noise'), 'capture-noise'],
    [new CaptureError('unsupported'), 'capture-unsupported'],
    [new ReferenceError('OffscreenCanvas is not defined'), 'capture-unsupported'],
  ])('is said for what it is: %s', async (failure, problem) => {
    const { stay, capture } = await enter();
    capture.mockRejectedValue(failure);
    await vi.advanceTimersByTimeAsync(8_000);
    expect([...stay.problems.value]).toEqual([problem]);
    expect(stay.interrupted.value).toBe(true);
    capture.mockResolvedValue({ jpeg: new Blob(['jpeg']), capturedAt: Date.now() });
    await vi.advanceTimersByTimeAsync(40_000);
    expect(stay.problems.value.size).toBe(0);
  });

  it('because the system holds it back is not read, nor sent', async () => {
    const { stay, camera } = await enter();
    camera.value = { ...camera.value, problem: 'muted' };
    expect(stay.readable.value).toBe(false);
    camera.value = { ...camera.value, problem: null };
    expect(stay.readable.value).toBe(true);
  });
});

describe('losing our place', () => {
  it('does not knock on at a door that answers only after we left', async () => {
    const { stay, routes, asked } = await enter();
    let answer = () => {};
    routes['POST participants'] = async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { status: 202, body: http['POST /api/rooms/{room}/participants (waiting)'].response };
    };
    void stay.rejoin();
    await vi.advanceTimersByTimeAsync(0);
    stay.leave();
    answer();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.filter((name) => name === 'POST waiting')).toEqual([]);
    expect(asked.filter((name) => name === 'DELETE participants')).toHaveLength(2);
  });

  it('joins again by itself, with the same name and the present consent', async () => {
    const { stay, routes, calls, hubs, asked } = await enter();
    stay.setConsent(false);
    await vi.advanceTimersByTimeAsync(100);
    routes['POST heartbeat'] = ({ ticket }) =>
      ticket === 'Bearer ticket 1'
        ? refusal(404, 'unknown-participant')
        : { status: 200, body: http['POST /api/rooms/{room}/heartbeat'].response };
    await vi.advanceTimersByTimeAsync(16_000);
    expect(stay.room.value.self).toBe('pppppppppppppppppppp02');
    expect(stay.room.value.people.get('pppppppppppppppppppp02')?.consent).toBe(false);
    expect(calls[0]?.closed).toBe(true);
    expect(hubs).toHaveLength(2);
    expect(asked.filter((name) => name === 'POST participants')).toHaveLength(2);
    expect(stay.ended.value).toBeNull();
  });

  it('joins again when the ticket has expired', async () => {
    const { stay, routes } = await enter();
    routes['POST capture'] = ({ ticket }) =>
      ticket === 'Bearer ticket 1' ? refusal(401, 'ticket-expired') : { status: 202 };
    await stay.askEverybody().catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    expect(stay.room.value.self).toBe('pppppppppppppppppppp02');
    await expect(stay.askEverybody()).resolves.toBeUndefined();
  });

  it('takes one new place, however often it is told that the old one is lost', async () => {
    const { stay, asked, hubs } = await enter();
    await Promise.all([stay.rejoin(), stay.rejoin()]);
    expect(asked.filter((name) => name === 'POST participants')).toHaveLength(2);
    expect(hubs).toHaveLength(2);
    await stay.rejoin();
    expect(hubs).toHaveLength(3);
  });

  it('gives up a new place that came after leaving', async () => {
    const { stay, asked, hubs } = await enter();
    const rejoined = stay.rejoin();
    stay.leave();
    await rejoined;
    expect(asked.filter((name) => name === 'DELETE participants')).toHaveLength(2);
    expect(hubs).toHaveLength(1);
  });

  it('keeps the new place when an answer about the old one comes late', async () => {
    const { stay, routes } = await enter();
    let answer: (reply: Reply) => void = () => {};
    routes['POST capture'] = () => new Promise((resolve) => (answer = resolve));
    const asked = stay.askEverybody().catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    await stay.rejoin();
    answer(refusal(404, 'unknown-participant'));
    await asked;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stay.room.value.self).toBe('pppppppppppppppppppp02');
  });

  it('ends after a while in which somebody else has our place', async () => {
    const { stay, routes } = await enter();
    routes['POST heartbeat'] = () => refusal(404, 'unknown-participant');
    routes['POST participants'] = () => refusal(409, 'room-full');
    await vi.advanceTimersByTimeAsync(75_000);
    expect(stay.problems.value.has('rejoining')).toBe(true);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(stay.ended.value).toBe('room-full');
  });

  it('waits for the functions while they are away, and says so', async () => {
    const { stay, routes } = await enter();
    const beat = routes['POST heartbeat'];
    routes['POST heartbeat'] = () => refusal(502, 'bad-gateway');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(stay.problems.value.has('api-away')).toBe(true);
    if (beat) routes['POST heartbeat'] = beat;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stay.problems.value.has('api-away')).toBe(false);
    expect(stay.room.value.self).toBe('pppppppppppppppppppp01');
  });

  it('is not what a portal says: its page counts as no answer', async () => {
    const { stay, routes, hubs } = await enter();
    const beat = routes['POST heartbeat'];
    routes['POST heartbeat'] = () => ({ status: 401, body: 'Log in to our network' });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(stay.problems.value.has('api-away')).toBe(true);
    if (beat) routes['POST heartbeat'] = beat;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stay.problems.value.size).toBe(0);
    expect(hubs).toHaveLength(1);
  });

  it('ends when the room itself is gone', async () => {
    const { stay, routes, calls } = await enter();
    routes['POST heartbeat'] = () => refusal(404, 'unknown-room');
    await vi.advanceTimersByTimeAsync(16_000);
    expect(stay.ended.value).toBe('room-gone');
    expect(calls[0]?.closed).toBe(true);
  });

  it('leaves with a word to the room, and stays gone', async () => {
    const { stay, asked, uploads } = await enter();
    await vi.advanceTimersByTimeAsync(100);
    stay.leave();
    const before = uploads();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toContain('DELETE participants');
    expect(stay.ended.value).toBe('left');
    expect(uploads()).toBe(before);
    expect(asked.filter((name) => name === 'POST heartbeat')).toEqual([]);
  });
});

describe('who sees what', () => {
  it('is changed by the host once the functions took it, and is what it was when they refuse', async () => {
    const { stay, routes } = await enter();
    await stay.hosting.setMode('room-only');
    expect(stay.room.value.mode).toBe('room-only');
    routes['PUT mode'] = () => refusal(403, 'host-required');
    await expect(stay.hosting.setMode('open')).rejects.toThrow('host-required');
    expect(stay.room.value.mode).toBe('room-only');
  });

  it('is learnt from the roster and the hub', async () => {
    const { stay, hear } = await enter();
    expect(stay.room.value.mode).toBe('open');
    hear('mode');
    expect(stay.room.value.mode).toBe('room-only');
  });
});

describe('correcting our own reading', () => {
  const shown = (stay: Stay) => {
    const sight = stay.room.value.sights.get(stay.room.value.self);
    return sight && shownFaces(sight)[0]?.shown;
  };

  it('shows our word at once, tells it, and sends it along with the frames of the next seconds', async () => {
    const bodies: unknown[] = [];
    const { stay, hear, corrections } = await enter({
      change: (all) => {
        all['POST corrections'] = ({ body }) => {
          bodies.push(body);
          return { status: 202 };
        };
      },
    });
    await vi.advanceTimersByTimeAsync(100);
    hear('reading');
    const saying = stay.correct('sadness');
    expect(shown(stay)).toMatchObject({ expression: 'sadness', ownWord: true });
    await saying;
    expect(bodies).toEqual([
      { frame: messages.reading.frame, expression: 'sadness', mode: 'open' },
    ]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(new Set(corrections.slice(1))).toEqual(new Set(['happiness:sadness']));
    await vi.advanceTimersByTimeAsync(15_000);
    expect(corrections.at(-1)).toBe('');
  });

  it('ends when we stop being read, and needs something that is read', async () => {
    const { stay, hear, asked, corrections } = await enter();
    await stay.correct('sadness');
    expect(asked).not.toContain('POST corrections');
    await vi.advanceTimersByTimeAsync(100);
    hear('reading');
    await stay.correct('sadness');
    stay.setConsent(false);
    await vi.advanceTimersByTimeAsync(100);
    stay.setConsent(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(corrections.length).toBeGreaterThan(1);
    expect(new Set(corrections)).toEqual(new Set(['']));
  });
});

describe('a consent given before the first roster', () => {
  it('goes as far as the room’s mode, which the functions know and this page does not', async () => {
    const said: unknown[] = [];
    const { stay } = await enter({
      consent: false,
      change: (all) => {
        all['POST presence'] = () => refusal(503, 'storage-unavailable');
        all['PUT consent'] = ({ body }) => {
          said.push(body);
          return {
            status: 200,
            body: { participant: 'pppppppppppppppppppp01', name: 'Ada', ...body },
          };
        };
      },
    });
    expect(stay.room.value.listed).toBe(false);
    stay.setConsent(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(said).toEqual([{ consent: true, order: 1 }]);
  });
});

describe('a room that its host opens', () => {
  it('is taken for room-only for three seconds, until people could see that it is open', async () => {
    const { hear, modes, functions } = await enter();
    await vi.advanceTimersByTimeAsync(100);
    expect(modes).toEqual(['open']);
    functions.mode = 'room-only';
    hear('mode', { mode: 'room-only' });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(modes.length).toBeGreaterThan(2);
    expect(new Set(modes.slice(1))).toEqual(new Set(['room-only']));
    const before = modes.length;
    functions.mode = 'open';
    hear('mode', { mode: 'open' });
    await vi.advanceTimersByTimeAsync(2_900);
    expect(modes.slice(before)).not.toContain('open');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(modes.at(-1)).toBe('open');
  });

  it('asks who agreed to room-only, and says their wider consent', async () => {
    const said: unknown[] = [];
    const { stay, hear, functions, modes } = await enter({
      change: (all) => {
        all['PUT consent'] = ({ body }) => {
          said.push(body);
          Object.assign(functions, body);
          return {
            status: 200,
            body: { participant: 'pppppppppppppppppppp01', name: 'Ada', ...body },
          };
        };
      },
    });
    Object.assign(functions, { mode: 'room-only', scope: 'room-only' });
    hear('mode', { mode: 'room-only' });
    await vi.advanceTimersByTimeAsync(60_000); // a heartbeat tells how far our consent goes
    expect(stay.narrow.value).toBe(false);
    functions.mode = 'open';
    hear('mode', { mode: 'open' });
    expect(stay.narrow.value).toBe(true);
    const before = modes.length;
    await vi.advanceTimersByTimeAsync(10_000);
    // What is taken now stays room-only, even if it is read after they agreed to more.
    expect(new Set(modes.slice(before))).toEqual(new Set(['room-only']));
    stay.widenConsent();
    await vi.advanceTimersByTimeAsync(100);
    expect(said).toEqual([{ consent: true, scope: 'everybody', order: 1 }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stay.narrow.value).toBe(false);
    expect(modes.at(-1)).toBe('open');
  });
});
