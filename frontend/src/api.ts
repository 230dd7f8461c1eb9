import * as contract from './contract.ts';

const REQUEST_TIMEOUT = 8_000; // ms for one attempt
const ATTEMPTS = 3;
const RETRY_DELAY = 400; // ms before the first repetition, doubled for each further one
const PAUSE_MAX = 120_000; // ms
const RETRY_DELAY_MAX = 10_000; // ms; a longer Retry-After is the caller's to wait out

/** A request that got no usable answer. `code` is the functions' own, or one of the page's below. */
export class ApiError extends Error {
  /** The HTTP status; 0 when no answer came at all. */
  readonly status: number;
  /** A code of the functions, or `unreachable` (no answer) or `unexpected-answer` (not the contract). */
  readonly code: string;
  /** Milliseconds after which asking again may help; null when nothing was said about it. */
  readonly retryAfter: number | null;

  constructor(status: number, code: string, message: string, retryAfter: number | null = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** What `Api` needs of the world; tests replace it. */
export interface ApiPorts {
  readonly fetch: typeof fetch;
  readonly wait: (ms: number) => Promise<void>;
}

interface Call {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: contract.JsonObject;
  readonly ticket?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly keepalive?: boolean;
  /** How often to try when the functions are away or overloaded. */
  readonly attempts?: number;
  /** Whether a call without an answer may be sent again; not when it could then happen twice. */
  readonly repeatable?: boolean;
}

/** The functions' routes that need no ticket. Every method rejects with `ApiError` alone. */
export class Api {
  readonly #base: string;
  readonly #ports: ApiPorts;

  /** `base` is the functions' origin, or empty for the page's own. */
  constructor(base: string, ports: ApiPorts = browserPorts) {
    this.#base = base.replace(/\/$/, '');
    this.#ports = ports;
  }

  /** Makes a room. Refused with `creation-key-wrong` where the deployment asks for another key. */
  async createRoom(creationKey?: string): Promise<contract.CreatedRoom> {
    const body = creationKey ? { creationKey } : {};
    const call = { method: 'POST', path: '/api/rooms', body } as const;
    return this.ask(call, contract.parseCreatedRoom);
  }

  /** Joins a room. Refused with `unknown-room`, `room-full` or `invalid-name`. */
  async join(
    room: string,
    request: { readonly name: string; readonly consent: boolean; readonly hostSecret?: string },
  ): Promise<contract.Joined> {
    const path = `/api/rooms/${room}/participants`;
    const call = { method: 'POST', path, body: { ...request }, repeatable: false } as const;
    return this.ask(call, contract.parseJoined);
  }

  /** Sends one call and guards its answer; repeats it while the functions are away. */
  async ask<T>(call: Call, parse: (value: unknown) => T | null): Promise<T> {
    const attempts = call.attempts ?? ATTEMPTS;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(call, parse);
      if (!outcome.error) return outcome.answer;
      const { error } = outcome;
      const delay = error.retryAfter ?? RETRY_DELAY * 2 ** (attempt - 1);
      if (attempt >= attempts || delay > RETRY_DELAY_MAX || !mayRepeat(call, error)) throw error;
      await this.#ports.wait(delay);
    }
  }

  async #attempt<T>(call: Call, parse: (value: unknown) => T | null): Promise<Attempt<T>> {
    let response: Response;
    try {
      response = await this.#ports.fetch(this.#base + call.path, {
        method: call.method,
        headers: {
          'Content-Type': 'application/json',
          ...(call.ticket && { Authorization: `Bearer ${call.ticket}` }),
          ...call.headers,
        },
        body: JSON.stringify(call.body ?? {}),
        keepalive: call.keepalive ?? false,
        cache: 'no-store',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT),
      });
    } catch {
      return { error: new ApiError(0, 'unreachable', 'The functions did not answer.') };
    }
    const value: unknown = await response.json().catch(() => null);
    if (!response.ok) {
      const refused = contract.parseErrorBody(value);
      const error = new ApiError(
        response.status,
        refused?.error ?? 'unexpected-answer',
        refused?.message ?? `The functions answered ${response.status}.`,
        // From another origin the header is not to be seen, so the body says it too.
        refused?.retryAfter === undefined ? retryAfter(response) : refused.retryAfter * 1000,
      );
      return { error };
    }
    const answer = parse(value);
    return answer === null
      ? {
          error: new ApiError(
            response.status,
            'unexpected-answer',
            'The answer was not understood.',
          ),
        }
      : { answer };
  }
}

/** How long to wait before asking again after `error`, where `usual` serves if nothing was said. */
export function pauseAfter(error: unknown, usual: number): number {
  const said = error instanceof ApiError ? error.retryAfter : null;
  return Math.min(Math.max(said ?? 0, usual), PAUSE_MAX);
}

/** The routes of one participant in one room, signed with that participant's ticket. */
export class RoomApi {
  readonly room: string;
  readonly participant: string;
  readonly #api: Api;
  #ticket: string;

  constructor(api: Api, room: string, joined: contract.Joined) {
    this.#api = api;
    this.room = room;
    this.participant = joined.participant;
    this.#ticket = joined.ticket;
  }

  /** Credentials for the call's media. */
  async videoToken(): Promise<contract.VideoToken> {
    return this.#post('video-token', {}, contract.parseVideoToken);
  }

  /** Where the hub is, and a token for it. */
  async negotiate(): Promise<contract.HubAccess> {
    const headers = { 'x-participant': this.participant };
    return this.#post('negotiate', {}, contract.parseHubAccess, { headers, attempts: 1 });
  }

  /** Enters the hub's group and tells the room we are here; call it after every connection. */
  async announce(): Promise<contract.Roster> {
    return this.#post('presence', {}, contract.parseRoster);
  }

  /** Says we are still here, and renews the ticket. */
  async heartbeat(): Promise<contract.Roster> {
    const answer = await this.#post('heartbeat', {}, contract.parseHeartbeat, { attempts: 1 });
    this.#ticket = answer.ticket;
    return answer;
  }

  /** Relays `payload` to one other participant; to one who has gone it goes nowhere. */
  async signal(to: string, payload: contract.JsonObject): Promise<void> {
    await this.#post('signals', { to, payload }, accepted);
  }

  /** Names for the next `count` frames; refused with `consent-required`. */
  async uploadTickets(count: number): Promise<readonly contract.UploadTicket[]> {
    return this.#post('upload-tickets', { count }, contract.parseUploadTickets, { attempts: 2 });
  }

  /** Asks everyone who consents to capture a frame now. */
  async askCapture(): Promise<void> {
    await this.#post('capture', {}, accepted);
  }

  /** Gives or withdraws our consent to be read. */
  async setConsent(consent: boolean): Promise<void> {
    const path = `/api/rooms/${this.room}/consent`;
    const call = { method: 'PUT', path, body: { consent }, ticket: this.#ticket } as const;
    await this.#api.ask(call, contract.parseParticipant);
  }

  /** Decides who is shown what is read; refused with `host-required`. */
  async setMode(mode: contract.RoomMode): Promise<void> {
    const path = `/api/rooms/${this.room}/mode`;
    const call = { method: 'PUT', path, body: { mode }, ticket: this.#ticket } as const;
    await this.#api.ask(call, contract.parseMode);
  }

  /** Puts our own word in place of what was read of our frame; refused with `consent-required`. */
  async correct(frame: string, expression: contract.Expression): Promise<void> {
    await this.#post('corrections', { frame, expression }, accepted);
  }

  /** Leaves the room; survives the page being closed. */
  async leave(): Promise<void> {
    const path = `/api/rooms/${this.room}/participants/${this.participant}`;
    const call = {
      method: 'DELETE',
      path,
      ticket: this.#ticket,
      keepalive: true,
      attempts: 1,
    } as const;
    await this.#api.ask(call, accepted);
  }

  async #post<T>(
    route: string,
    body: contract.JsonObject,
    parse: (value: unknown) => T | null,
    options: Pick<Call, 'headers' | 'attempts'> = {},
  ): Promise<T> {
    const path = `/api/rooms/${this.room}/${route}`;
    return this.#api.ask({ method: 'POST', path, body, ticket: this.#ticket, ...options }, parse);
  }
}

type Attempt<T> = { readonly answer: T; readonly error?: undefined } | { readonly error: ApiError };

const browserPorts: ApiPorts = {
  fetch: (input, init) => fetch(input, init),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** For answers that say nothing: their status is enough. */
function accepted(): true {
  return true;
}

function mayRepeat(call: Call, error: ApiError): boolean {
  if (error.status === 0) return call.repeatable ?? true;
  return error.status === 429 || error.status >= 500;
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
