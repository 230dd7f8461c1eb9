import { describe, expect, it, vi } from 'vitest';
import http from '../../../tests/contract/http.json';
import { Api, ApiError, pauseAfter } from './api.ts';
import { RoomApi } from './room-api.ts';

const ROOM = 'rrrrrrrrrrrrrrrrrrrr01';
const joined = http['POST /api/rooms/{room}/participants'].response;
const consentRequired = http.error;

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** Without even an empty object. */
  readonly empty?: boolean;
  readonly headers?: Record<string, string>;
}

/** An API whose answers are given in order (the last one repeats); 'silence' is no answer at all. */
function apiWith(...answers: (Answer | 'silence')[]) {
  const waits: number[] = [];
  let attempts = 0;
  const fetch = vi.fn(async (_url: unknown, _init?: RequestInit) => {
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 'silence';
    if (answer === 'silence') throw new TypeError('Failed to fetch');
    const { status, body, headers = {} } = answer;
    const nothing = status === 204 || answer.empty;
    return new Response(nothing ? null : JSON.stringify(body ?? {}), { status, headers });
  });
  const wait = async (ms: number) => {
    waits.push(ms);
  };
  const api = new Api('https://api.example.org/', {
    fetch: fetch as typeof globalThis.fetch,
    wait,
    randomId: () => `aaaaaaaaaaaaaaaaaaaa0${++attempts}`,
  });
  return { api, room: new RoomApi(api, ROOM, joined), fetch, waits };
}

const unavailable = (headers = {}): Answer => ({
  status: 503,
  body: { error: 'storage-unavailable', message: 'Try again.' },
  headers,
});

describe('routes', () => {
  const routes: [string, (room: RoomApi, api: Api) => Promise<unknown>][] = [
    [
      'POST /api/rooms',
      (_, api) => api.createRoom('a key the deployment may ask for; otherwise left out'),
    ],
    [
      'POST /api/rooms/{room}/participants',
      (_, api) =>
        api.join(ROOM, { name: 'Ada', consent: true, hostSecret: 'hhhhhhhhhhhhhhhhhhhh01' }),
    ],
    ['POST /api/rooms/{room}/video-token', (room) => room.videoToken()],
    ['POST /api/rooms/{room}/participants/{participant}/negotiate', (room) => room.negotiate()],
    ['POST /api/rooms/{room}/presence', (room) => room.announce()],
    ['POST /api/rooms/{room}/heartbeat', (room) => room.heartbeat(false, [812, 640])],
    [
      'POST /api/rooms/{room}/signals',
      (room) => {
        const { to, payload } = http['POST /api/rooms/{room}/signals'].request;
        return room.signal(to, payload);
      },
    ],
    ['POST /api/rooms/{room}/upload-tickets', (room) => room.uploadTickets(2)],
    ['POST /api/rooms/{room}/capture', (room) => room.analyze()],
    ['PUT /api/rooms/{room}/consent', (room) => room.setConsent(false, 'everybody')],
    ['DELETE /api/rooms/{room}/participants/{participant}', (room) => room.leave()],
  ];

  it.each(routes)('%s is asked and answered as in the shared example', async (route, call) => {
    const example = http[route as keyof typeof http];
    const { api, room, fetch } = apiWith({ status: example.status, body: example.response });
    await call(room, api);
    const [url, init] = fetch.mock.calls[0] ?? [];
    const path = route.replace('{room}', ROOM).replace('{participant}', joined.participant);
    expect(`${init?.method} ${url}`).toBe(path.replace(' ', ' https://api.example.org'));
    expect(JSON.parse(String(init?.body))).toEqual(example.request);
    expect(init?.signal).toBeInstanceOf(AbortSignal);
  });

  it('sends the ticket on every route of a participant', async () => {
    const example = http['POST /api/rooms/{room}/participants/{participant}/negotiate'];
    const { room, fetch } = apiWith({ status: 200, body: example.response });
    await room.negotiate();
    expect(fetch.mock.calls[0]?.[1]?.headers).toMatchObject({
      Authorization: `Bearer ${joined.ticket}`,
    });
  });

  it('numbers each choice of our consent, and repeats an attempt under its own number', async () => {
    const body = http['PUT /api/rooms/{room}/consent'].response;
    const { room, fetch } = apiWith('silence', { status: 200, body }, { status: 200, body });
    await room.setConsent(true, 'everybody');
    await room.setConsent(false, null);
    const orders = fetch.mock.calls.map(([, init]) => JSON.parse(String(init?.body)).order);
    expect(orders).toEqual([1, 1, 2]);
  });

  it('goes on with the ticket the last heartbeat renewed', async () => {
    const renewed = { ...http['POST /api/rooms/{room}/heartbeat'].response, ticket: 'renewed' };
    const { room, fetch } = apiWith({ status: 200, body: renewed }, { status: 202 });
    await room.heartbeat();
    await room.analyze();
    expect(fetch.mock.calls[1]?.[1]?.headers).toMatchObject({ Authorization: 'Bearer renewed' });
  });

  it('gives up what nobody needs once we leave; what we decided is still sent', async () => {
    const { room, fetch } = apiWith({ status: 202 });
    const signals = () => fetch.mock.calls.map(([, init]) => init?.signal?.aborted);
    await Promise.all(
      [room.heartbeat(), room.uploadTickets(1)].map((asked) => asked.catch(() => 0)),
    );
    await Promise.all([room.setConsent(false, null).catch(() => 0), room.leave()]);
    room.close();
    expect(signals()).toEqual([true, true, false, false]);
  });

  it("gives up a device's reading that may no longer be sent", async () => {
    const { room, fetch } = apiWith({ status: 202 });
    const withdrawn = new AbortController();
    const told = { mode: 'open', reason: 'no-face' } as const;
    await room.tellReading(told, withdrawn.signal).catch(() => 0);
    withdrawn.abort();
    expect(fetch.mock.calls[0]?.[1]?.signal?.aborted).toBe(true);
  });

  it('leaves in a way that outlives the page', async () => {
    const { room, fetch } = apiWith({ status: 204 });
    await room.leave();
    expect(fetch.mock.calls[0]?.[1]?.keepalive).toBe(true);
  });
});

describe('errors', () => {
  it('carry the code and the words of the functions', async () => {
    const { room } = apiWith({ status: 403, body: consentRequired.response });
    const { error, message } = consentRequired.response;
    await expect(room.uploadTickets(1)).rejects.toEqual(new ApiError(403, error, message));
    await expect(room.uploadTickets(1)).rejects.toMatchObject({
      status: 403,
      code: error,
      message,
    });
  });

  it('are not repeated when repeating cannot help', async () => {
    const { room, fetch } = apiWith({ status: 403, body: consentRequired.response });
    await room.uploadTickets(1).catch(() => undefined);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('say unreachable when nothing answers, after three attempts', async () => {
    const { room, fetch } = apiWith('silence');
    await expect(room.announce()).rejects.toMatchObject({ status: 0, code: 'unreachable' });
    expect(fetch).toHaveBeenCalledTimes(3);
  });

  it('say unexpected-answer when an answer is not what the contract promises', async () => {
    const { room } = apiWith({ status: 200, body: { participants: [{ name: 'nobody' }] } });
    await expect(room.announce()).rejects.toMatchObject({ code: 'unexpected-answer' });
    const page = apiWith({ status: 502, body: 'a proxy speaking' });
    await expect(page.room.announce()).rejects.toMatchObject({
      status: 502,
      code: 'unexpected-answer',
    });
  });
});

it('takes no page of a portal for a yes', async () => {
  const headers = { 'Content-Type': 'text/html; charset=utf-8' };
  const { room } = apiWith({ status: 200, body: 'Welcome to our network', headers });
  await expect(room.analyze()).rejects.toMatchObject({ code: 'unexpected-answer' });
});

describe('repeating', () => {
  const roster: Answer = { status: 200, body: http['POST /api/rooms/{room}/presence'].response };

  it('succeeds once the functions are back, waiting longer each time', async () => {
    const { room, waits } = apiWith(unavailable(), 'silence', roster);
    await room.announce();
    expect(waits).toEqual([400, 800]);
  });

  // The real host's answer when SignalR failed after the change: what was asked for may have happened.
  it.each<[string, (room: RoomApi) => Promise<unknown>, Answer]>([
    ['presence', (room) => room.announce(), roster],
    ['leaving', (room) => room.leave(), { status: 204 }],
    ['Read everyone now', (room) => room.analyze(), { status: 202 }],
    [
      'consent',
      (room) => room.setConsent(true, 'everybody'),
      { status: 200, body: http['PUT /api/rooms/{room}/consent'].response },
    ],
    ['the mode', (room) => room.setMode('open'), { status: 200, body: { mode: 'open' } }],
  ])('asks again after an empty 500: %s', async (_, ask, done) => {
    const { room, fetch } = apiWith({ status: 500, empty: true }, done);
    await ask(room);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('sends every body with its length, never in chunks, which the host drops', async () => {
    const { room, fetch } = apiWith(roster);
    await room.announce();
    expect(typeof fetch.mock.calls[0]?.[1]?.body).toBe('string');
  });

  it('waits as long as Retry-After says', async () => {
    const { room, waits } = apiWith(unavailable({ 'Retry-After': '3' }), roster);
    await room.announce();
    expect(waits).toEqual([3_000]);
  });

  it.each([
    ['Mon, 30 Nov 2026 10:00:03 GMT', 3_000],
    ['Mon, 30 Nov 2026 09:59:00 GMT', 400],
    ['', 400],
    ['soon', 400],
  ])('takes a date in it by the clock of who answers: %j', async (date, wait) => {
    const headers = { 'Retry-After': date, Date: 'Mon, 30 Nov 2026 10:00:00 GMT' };
    const { room, waits } = apiWith(unavailable(headers), roster);
    await room.announce();
    expect(waits).toEqual([wait]);
  });

  it('believes the body, which alone is readable from another origin', async () => {
    const { status, response } = http['error (limited)'];
    const { room, waits, fetch } = apiWith(
      { status, body: { ...response, retryAfter: 2 } },
      roster,
    );
    await room.announce();
    expect(waits).toEqual([2_000]);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('leaves a limit of a minute to the caller, with what the functions said about it', async () => {
    const { status, response } = http['error (limited)'];
    const { room, fetch } = apiWith({ status, body: response });
    const refused = await room.analyze().catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 429, code: response.error, retryAfter: 40_000 });
    expect(fetch).toHaveBeenCalledTimes(1);
    expect([pauseAfter(refused, 3_000), pauseAfter(refused, 50_000)]).toEqual([40_000, 50_000]);
    expect(pauseAfter(new Error('anything else'), 3_000)).toBe(3_000);
  });

  it('leaves a long Retry-After to the caller', async () => {
    const { room, fetch } = apiWith(unavailable({ 'Retry-After': '120' }), roster);
    await expect(room.announce()).rejects.toMatchObject({ code: 'storage-unavailable' });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('asks for the same place again where the answer was lost: one person must not become two', async () => {
    const { status, response } = http['POST /api/rooms/{room}/participants'];
    const seated = { status, body: response };
    const { api, fetch } = apiWith('silence', unavailable(), 'silence', seated, seated);
    const ada = { name: 'Ada', consent: false };
    await expect(api.join(ROOM, ada)).rejects.toMatchObject({ code: 'unreachable' });
    await api.join(ROOM, ada);
    await api.join(ROOM, ada);
    const attempts = fetch.mock.calls.map(([, init]) => JSON.parse(String(init?.body)).attempt);
    expect(attempts).toEqual(['1', '1', '1', '1', '2'].map((n) => `aaaaaaaaaaaaaaaaaaaa0${n}`));
  });

  it('asks for the same place again after a page that no function wrote', async () => {
    const { status, response } = http['POST /api/rooms/{room}/participants'];
    const portal = { status: 200, body: 'Welcome to our network' };
    const { api, fetch } = apiWith(portal, { status, body: response });
    const ada = { name: 'Ada', consent: false };
    await expect(api.join(ROOM, ada)).rejects.toMatchObject({ code: 'unexpected-answer' });
    await api.join(ROOM, ada);
    const attempts = fetch.mock.calls.map(([, init]) => JSON.parse(String(init?.body)).attempt);
    expect(new Set(attempts).size).toBe(1);
  });

  it('asks for a place of its own where somebody else, or two at once, join', async () => {
    const { api, fetch } = apiWith('silence');
    const join = (name: string) => api.join(ROOM, { name, consent: false }).catch(() => undefined);
    await join('Ada');
    await Promise.all([join('Ada'), join('Ada'), join('Zoë')]);
    const attempts = fetch.mock.calls.map(([, init]) => JSON.parse(String(init?.body)).attempt);
    expect(new Set(attempts).size).toBe(3);
  });
});
