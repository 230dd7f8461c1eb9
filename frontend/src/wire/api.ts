import { abortAfter } from './abort.ts';
import * as answers from './answers.ts';
import { Attempts } from './attempts.ts';
import type * as contract from './contract.ts';

const REQUEST_TIMEOUT = 8_000; // ms for one attempt
const ATTEMPTS = 3;
const RETRY_DELAY = 400; // ms before the first repetition, doubled for each further one
const PAUSE_MAX = 120_000; // ms
const RETRY_DELAY_MAX = 10_000; // ms; a longer Retry-After is the caller's to wait out

/** A request without a usable answer. `code` is the functions' own, or one of the page's below. */
export class ApiError extends Error {
  /** The HTTP status; 0 if no answer came. */
  readonly status: number;
  /** A code of the functions, or `unreachable` (no answer) or `unexpected-answer` (not the contract). */
  readonly code: string;
  /** Milliseconds after which another try may help; null if the answer does not say it. */
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
  /** 128 random bits, as base64url. */
  readonly randomId?: () => string;
}

/** One request of the functions. */
export interface ApiRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: contract.JsonObject;
  readonly ticket?: string;
  readonly keepalive?: boolean;
  /** How often to try while the functions are away or overloaded. */
  readonly attempts?: number;
  /** Cancels the request. */
  readonly signal?: AbortSignal;
}

/** A person who joins: their name and choices. */
export interface Person {
  readonly name: string;
  readonly consent: boolean;
  readonly scope?: contract.ConsentScope;
  readonly hostSecret?: string;
}

/** The functions' routes that need no ticket. Every method rejects only with `ApiError`. */
export class Api {
  readonly #base: string;
  readonly #ports: ApiPorts;
  readonly #attempts: Attempts;

  /** `base` is the functions' origin, or empty for the page's own. */
  constructor(base: string, ports: ApiPorts = browserPorts) {
    this.#base = base.replace(/\/$/, '');
    this.#ports = ports;
    this.#attempts = new Attempts(ports.randomId);
  }

  /** Creates a room. Refused with `creation-key-wrong` if the deployment needs another key. */
  async createRoom(creationKey?: string): Promise<contract.CreatedRoom> {
    const body = creationKey ? { creationKey } : {};
    const request = { method: 'POST', path: '/api/rooms', body } as const;
    return this.ask(request, answers.parseCreatedRoom);
  }

  /** Joins a room, or waits at its closed door. Refused with `unknown-room`, `room-full`, `door-crowded`. */
  async join(room: string, person: Person): Promise<contract.Joined | contract.Waiting> {
    const path = `/api/rooms/${room}/participants`;
    const join = (attempt: string) =>
      this.ask({ method: 'POST', path, body: { ...person, attempt } }, answers.parseEntrance);
    return this.#attempts.make(JSON.stringify([room, person]), join, isUnanswered);
  }

  /** Asks whether a host let us in. Refused with `refused` or `knock-expired`. */
  async wait(
    room: string,
    { ticket }: contract.Waiting,
  ): Promise<contract.Joined | contract.Waiting> {
    const path = `/api/rooms/${room}/waiting`;
    return this.ask({ method: 'POST', path, ticket, attempts: 1 }, answers.parseEntrance);
  }

  /** Leaves a room or its door; `closing` means that the page closes, and a host may be back at once. */
  async leave(
    room: string,
    { participant, ticket }: Pick<contract.Joined, 'participant' | 'ticket'>,
    closing = false,
  ): Promise<void> {
    const path = `/api/rooms/${room}/participants/${participant}${closing ? '?closing=yes' : ''}`;
    // A page that stays open tries again: leaving twice is harmless.
    await this.ask({ method: 'DELETE', path, ticket, keepalive: true }, answers.accepted);
  }

  /** Sends one request and checks its answer; repeats it while the functions are away. */
  async ask<T>(request: ApiRequest, parse: (value: unknown) => T | null): Promise<T> {
    const attempts = request.attempts ?? ATTEMPTS;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(request, parse);
      if (!outcome.error) return outcome.answer;
      const { error } = outcome;
      const delay = error.retryAfter ?? RETRY_DELAY * 2 ** (attempt - 1);
      const last = attempt >= attempts || delay > RETRY_DELAY_MAX || request.signal?.aborted;
      if (last || !mayRepeat(error)) throw error;
      await this.#ports.wait(delay);
    }
  }

  async #attempt<T>(request: ApiRequest, parse: (value: unknown) => T | null): Promise<Attempt<T>> {
    let response: Response;
    try {
      response = await this.#ports.fetch(this.#base + request.path, {
        method: request.method,
        headers: {
          'Content-Type': 'application/json',
          ...(request.ticket && { Authorization: `Bearer ${request.ticket}` }),
        },
        body: JSON.stringify(request.body ?? {}),
        keepalive: request.keepalive ?? false,
        cache: 'no-store',
        signal: abortAfter(REQUEST_TIMEOUT, request.signal),
      });
    } catch {
      return { error: new ApiError(0, 'unreachable', 'The functions did not answer.') };
    }
    // A portal's or a proxy's page is no answer, not even to what needs no more than a status.
    const page = response.headers.get('Content-Type')?.startsWith('text/html') ?? false;
    const value: unknown = await response.json().catch(() => null);
    if (!response.ok) {
      const refused = answers.parseErrorBody(value);
      const error = new ApiError(
        response.status,
        refused?.error ?? 'unexpected-answer',
        refused?.message ?? `The functions answered ${response.status}.`,
        // A page of another origin cannot see the header, so the body has it, too.
        refused?.retryAfter === undefined ? retryAfter(response) : refused.retryAfter * 1000,
      );
      return { error };
    }
    const answer = page ? null : parse(value);
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

/** The wait before another try after `error`; `usual` if the error does not say one. */
export function pauseAfter(error: unknown, usual: number): number {
  const said = error instanceof ApiError ? error.retryAfter : null;
  return Math.min(Math.max(said ?? 0, usual), PAUSE_MAX);
}

type Attempt<T> = { readonly answer: T; readonly error?: undefined } | { readonly error: ApiError };

const browserPorts: ApiPorts = {
  fetch: (input, init) => fetch(input, init),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

function mayRepeat({ status }: ApiError): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** Whether what was asked for may have happened all the same. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  // A proxy's page says nothing of what the functions did.
  return error.status === 0 || error.status >= 500 || error.code === 'unexpected-answer';
}

/** What an answer's header asks for, in ms: seconds, or a date (RFC 9110) by the same machine's clock. */
function retryAfter({ headers }: Response): number | null {
  const said = headers.get('Retry-After');
  if (!said) return null;
  const seconds = Number(said);
  const wait = Number.isNaN(seconds)
    ? Date.parse(said) - Date.parse(headers.get('Date') ?? '')
    : seconds * 1000;
  return Number.isFinite(wait) && wait >= 0 ? wait : null;
}
