/** The connection over which the functions speak to this page. */
import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  LogLevel,
} from '@microsoft/signalr';
import { HUB_TARGETS, type HubAccess, type HubMessage, parseHubMessage } from './contract.ts';
import { HubHttp } from './hub-http.ts';

const TOKEN_FRESH_FOR = 30_000; // ms; one connection asks for its token twice
const RETRY_DELAYS = [0, 500, 1_000, 2_000, 4_000, 8_000]; // ms; the last one for ever after

/** `lost` once an attempt failed or a connection is gone; it is being restored without end. */
export type HubState = 'connecting' | 'connected' | 'lost';

/** What the hub tells, and needs. */
export interface HubPorts {
  /** Asks the functions for the hub's address and a token. */
  readonly negotiate: () => Promise<HubAccess>;
  readonly onMessage: (message: HubMessage) => void;
  readonly onState: (state: HubState) => void;
}

/** A connection that keeps itself up until it is stopped. */
export class Hub {
  readonly #ports: HubPorts;
  #connection: HubConnection | null = null;
  #access: { readonly value: HubAccess; readonly at: number } | null = null;
  #state: HubState = 'connecting';
  #stopped = false;

  constructor(ports: HubPorts) {
    this.#ports = ports;
  }

  /** Connects, however often it takes; the outcome is told through `onState`. */
  start(): void {
    void this.#connect();
  }

  /** Closes the connection for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#connection?.stop();
  }

  async #connect(): Promise<void> {
    for (let attempt = 0; !this.#stopped; attempt++) {
      await wait(retryDelay(attempt));
      try {
        await this.#open();
        return;
      } catch {
        this.#access = null;
        this.#become('lost');
      }
    }
  }

  async #open(): Promise<void> {
    if (this.#stopped) return;
    const { url } = await this.#negotiated();
    const connection = new HubConnectionBuilder()
      .withUrl(url, {
        transport: HttpTransportType.WebSockets,
        httpClient: new HubHttp(),
        accessTokenFactory: async () => (await this.#negotiated()).accessToken,
      })
      .withAutomaticReconnect({
        nextRetryDelayInMilliseconds: ({ previousRetryCount }) => retryDelay(previousRetryCount),
      })
      .configureLogging(LogLevel.None) // the page says in words what is wrong
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
    await connection.start();
    if (this.#stopped) {
      await connection.stop();
      return;
    }
    this.#connection = connection;
    this.#become('connected');
  }

  async #negotiated(): Promise<HubAccess> {
    if (!this.#access || Date.now() - this.#access.at > TOKEN_FRESH_FOR) {
      this.#access = { value: await this.#ports.negotiate(), at: Date.now() };
    }
    return this.#access.value;
  }

  #become(state: HubState): void {
    if (this.#stopped || (state === this.#state && state !== 'connected')) return;
    this.#state = state;
    this.#ports.onState(state);
  }
}

function retryDelay(attempt: number): number {
  return RETRY_DELAYS[Math.min(attempt, RETRY_DELAYS.length - 1)] ?? 0;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
