/** The connection for messages from the functions to this page. */
import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  LogLevel,
} from '@microsoft/signalr';
import { now } from '../time/page-time.ts';
import { pauseAfter } from './api.ts';
import { HUB_TARGETS, type HubAccess, type HubMessage } from './contract.ts';
import { HubHttp } from './hub-http.ts';
import { parseHubMessage } from './messages.ts';

const TOKEN_FRESH_FOR = 30_000; // ms; the client asks for a connection's token twice
const RETRY_DELAYS = [0, 500, 1_000, 2_000, 4_000, 8_000]; // ms; the last one for ever after
const OPEN_TIMEOUT = 20_000; // ms; a proxy may neither take nor refuse a socket, and Chrome waits for minutes

const REFUSED_SOCKETS = 3; // so many in a row, each after an answer of the hub over HTTP

/**
 * `lost` after a failed attempt or a lost connection; `blocked` if the hub answers but its WebSocket
 * never opens. In both the page tries again without end.
 */
export type HubState = 'connecting' | 'connected' | 'lost' | 'blocked';

/** What a `Hub` needs, and what it calls. */
export interface HubPorts {
  /** Asks the functions for the hub's address and a token. */
  readonly negotiate: () => Promise<HubAccess>;
  readonly onMessage: (message: HubMessage) => void;
  readonly onState: (state: HubState) => void;
}

/** A connection that restores itself until it is stopped. */
export class Hub {
  readonly #ports: HubPorts;
  #connection: HubConnection | null = null;
  #access: { readonly value: HubAccess; readonly at: number } | null = null;
  /** What the functions last refused with: the client makes an error of its own of it. */
  #refusal: unknown = null;
  #state: HubState = 'connecting';
  #stopped = false;
  #refusedSockets = 0;
  #hurry: () => void = () => undefined;

  constructor(ports: HubPorts) {
    this.#ports = ports;
  }

  /** Connects, with as many tries as needed; reports through `onState`. */
  start(): void {
    void this.#connect();
  }

  /** Tries again now, without the pause. */
  retry(): void {
    this.#hurry();
    // The client's pause before its next attempt ends only with the connection; then ours connects again.
    if (this.#state === 'lost' || this.#state === 'blocked') void this.#connection?.stop();
  }

  /** Closes the connection for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#connection?.stop();
  }

  async #connect(): Promise<void> {
    for (let attempt = 0; !this.#stopped; attempt++) {
      await this.#pause(pauseAfter(this.#refusal, retryDelay(attempt)));
      try {
        await this.#open();
        return;
      } catch {
        this.#access = null;
        this.#become(this.#lost());
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#hurry = resolve;
      setTimeout(resolve, ms);
    });
  }

  async #open(): Promise<void> {
    if (this.#stopped) return;
    const { url } = await this.#negotiated();
    const http = new HubHttp();
    const connection = new HubConnectionBuilder()
      .withUrl(url, {
        transport: HttpTransportType.WebSockets,
        ...({ WebSocket: socketInTime() } as object), // an option that its types do not name
        httpClient: http,
        accessTokenFactory: async () => (await this.#negotiated()).accessToken,
      })
      .withAutomaticReconnect({
        nextRetryDelayInMilliseconds: ({ previousRetryCount }) => {
          if (previousRetryCount > 0) this.#noteFailure(http);
          http.answered = false; // without a token the next attempt does not even ask it
          if (this.#lost() === 'blocked') this.#become('blocked');
          return pauseAfter(this.#refusal, retryDelay(previousRetryCount));
        },
      })
      .configureLogging(LogLevel.None) // the page itself says what is wrong
      .build();
    for (const target of HUB_TARGETS) {
      connection.on(target, (argument: unknown) => {
        const message = parseHubMessage(target, argument);
        if (message) this.#ports.onMessage(message);
      });
    }
    connection.onreconnecting(() => {
      this.#access = null;
      this.#become('lost');
    });
    connection.onreconnected(() => this.#become('connected'));
    connection.onclose(() => {
      if (this.#stopped || this.#connection !== connection) return;
      this.#connection = null;
      this.#access = null;
      this.#become('lost');
      void this.#connect();
    });
    try {
      await connection.start();
    } catch (error) {
      this.#noteFailure(http);
      throw error;
    }
    if (this.#stopped) {
      await connection.stop();
      return;
    }
    this.#connection = connection;
    this.#become('connected');
  }

  async #negotiated(): Promise<HubAccess> {
    if (!this.#access || now() - this.#access.at > TOKEN_FRESH_FOR) {
      const asked = this.#ports.negotiate();
      this.#refusal = await asked.then(
        () => null,
        (error: unknown) => error,
      );
      this.#access = { value: await asked, at: now() };
    }
    return this.#access.value;
  }

  #noteFailure({ answered }: HubHttp): void {
    this.#refusedSockets = answered ? this.#refusedSockets + 1 : 0;
  }

  #lost(): HubState {
    return this.#refusedSockets >= REFUSED_SOCKETS ? 'blocked' : 'lost';
  }

  #become(state: HubState): void {
    if (this.#stopped || (state === this.#state && state !== 'connected')) return;
    if (state === 'connected') this.#refusedSockets = 0;
    this.#state = state;
    this.#ports.onState(state);
  }
}

/**
 * The browser's socket, given up if it does not open in time. The client itself closes none that is still
 * opening, and meanwhile a browser opens no other one to the same host.
 */
function socketInTime() {
  return class extends WebSocket {
    constructor(url: string) {
      super(url);
      setTimeout(() => {
        if (this.readyState === this.CONNECTING) this.close();
      }, OPEN_TIMEOUT);
    }
  };
}

function retryDelay(attempt: number): number {
  return RETRY_DELAYS[Math.min(attempt, RETRY_DELAYS.length - 1)] ?? 0;
}
