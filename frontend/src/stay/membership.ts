/** One participant's place in a room: announced, kept alive, connected to hub and call. */

import type { Call, CallProblem } from '../call/call.ts';
import { ApiError } from '../wire/api.ts';
import type { HubAccess, HubMessage, Roster, VideoToken } from '../wire/contract.ts';
import type { HubPorts, HubState } from '../wire/hub.ts';
import type { RoomApi } from '../wire/room-api.ts';
import { isAway, pause, retryDelay } from './retry.ts';

// The functions drop us after 75 s without one. A hidden page without a peer connection gets one
// timer a minute; that is still enough.
const HEARTBEAT_INTERVAL = 15_000; // ms

/** Why we lost our place in a room: our record or the whole room is deleted, or a host removed us. */
export type Loss = 'forgotten' | 'room-gone' | 'removed';

/** The connection that brings us the room's messages. */
export interface OpenHub {
  start(): void;
  /** Connects now instead of after the pause. */
  retry?(): void;
  stop(): Promise<void>;
}

/** What a `Membership` needs, and what it calls. */
export interface MembershipPorts {
  readonly openHub: (ports: HubPorts) => OpenHub;
  /** May load code first. Rejects when the code, or that kind of call, is not available. */
  readonly openCall: (api: RoomApi, token: VideoToken) => Promise<Call>;
  readonly onCall: (call: Call) => void;
  readonly onHubState: (state: HubState) => void;
  /** Whether we receive the room's messages; false as soon as a connection is lost. */
  readonly onPresent: (present: boolean) => void;
  readonly onMessage: (message: HubMessage) => void;
  /** `askedAt` is when the request was sent, by our clock. */
  readonly onRoster: (roster: Roster, askedAt: number) => void;
  /** Why the call could not be opened, or null. For unreachable functions see `onReachable`. */
  readonly onVideo: (problem: CallProblem | null) => void;
  /** Whether the functions answer. */
  readonly onReachable: (reachable: boolean) => void;
  readonly onLost: (loss: Loss) => void;
  /** Whether the page is out of view. */
  readonly away: () => boolean;
  /** The ages of our readings when shown (ms), each sent once, with a heartbeat. */
  readonly ages: () => readonly number[];
  readonly now: () => number;
}

/** How a refusal ends our place in the room; null if it does not. */
function lossIn(error: unknown): Loss | null {
  if (!(error instanceof ApiError) || error.code === 'unexpected-answer') return null;
  if (error.code === 'unknown-room') return 'room-gone';
  if (error.code === 'removed') return 'removed';
  const forgotten = [
    'unknown-participant',
    'other-participant',
    'ticket-other-room',
    'not-admitted',
    'refused',
  ];
  return error.status === 401 || forgotten.includes(error.code) ? 'forgotten' : null;
}

/** Holds a place in a room until it is closed or lost. */
export class Membership {
  readonly api: RoomApi;
  readonly #ports: MembershipPorts;
  readonly #hub: OpenHub;
  #call: Call | null = null;
  #hubState: HubState = 'connecting';
  #heartbeat: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(api: RoomApi, ports: MembershipPorts) {
    this.api = api;
    this.#ports = ports;
    this.#hub = ports.openHub({
      negotiate: () => this.#negotiate(),
      onMessage: (message) => {
        if (!this.#closed) ports.onMessage(message);
      },
      onState: (state) => this.#onHubState(state),
    });
  }

  /** Enters the room and opens the call. Without video we are present and read, too. */
  start(): void {
    this.#hub.start();
    this.#schedule(HEARTBEAT_INTERVAL);
    void this.#startCall();
  }

  /** Asks for the roster now, without waiting for the next heartbeat. */
  refresh(): void {
    if (!this.#closed) this.#schedule(0);
  }

  /** Tries again now, without the pause. */
  retry(): void {
    if (this.#closed) return;
    this.#hub.retry?.();
    this.#call?.retry();
    this.refresh();
  }

  /** Sends a request. A refusal is checked with `judge`, and passed on. */
  async ask<T>(request: (api: RoomApi) => Promise<T>): Promise<T> {
    try {
      return await request(this.api);
    } catch (error) {
      this.judge(error);
      throw error;
    }
  }

  /** Whether a refusal of a route means that our place is lost; if so, gives it up. */
  judge(error: unknown): boolean {
    const loss = lossIn(error);
    if (loss && !this.#closed) {
      this.close();
      this.#ports.onLost(loss);
    }
    return loss !== null;
  }

  /** Closes the hub and the call; sends nothing, and waits for no answer. */
  close(): void {
    this.#closed = true;
    this.api.close();
    clearTimeout(this.#heartbeat);
    this.#call?.close();
    void this.#hub.stop().catch(() => undefined);
  }

  async #startCall(): Promise<void> {
    const call = await this.#insist(() => this.#openCall());
    if (!call) return;
    this.#call = call;
    this.#ports.onCall(call);
  }

  async #openCall(): Promise<Call> {
    try {
      const token = await this.api.videoToken();
      const call = await this.#ports.openCall(this.api, token);
      if (this.#closed) call.close();
      else this.#ports.onVideo(null);
      return call;
    } catch (error) {
      const refused = error instanceof ApiError && error.code === 'video-refused';
      if (!this.#closed && !isAway(error) && !lossIn(error)) {
        this.#ports.onVideo(refused ? 'refused' : 'away');
      }
      throw error;
    }
  }

  async #negotiate(): Promise<HubAccess> {
    try {
      const access = await this.api.negotiate();
      this.#ports.onReachable(true);
      return access;
    } catch (error) {
      this.#observe(error);
      throw error;
    }
  }

  #onHubState(state: HubState): void {
    if (this.#closed) return;
    this.#hubState = state;
    this.#ports.onHubState(state);
    this.#ports.onPresent(false);
    // A new connection is in no group yet, and people may have come or left since.
    if (state === 'connected') void this.#announce();
  }

  async #announce(): Promise<void> {
    const askedAt = this.#ports.now();
    const roster = await this.#insist(
      () => this.api.announce(this.#ports.away()),
      () => this.#hubState === 'connected',
    );
    if (!roster) return;
    this.#ports.onRoster(roster, askedAt);
    if (this.#hubState === 'connected') this.#ports.onPresent(true);
  }

  #schedule(delay: number): void {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => void this.#beat(), delay);
  }

  async #beat(): Promise<void> {
    const askedAt = this.#ports.now();
    try {
      const roster = await this.api.heartbeat(this.#ports.away(), this.#ports.ages());
      if (this.#closed) return;
      this.#ports.onReachable(true);
      this.#ports.onRoster(roster, askedAt);
      this.#schedule(HEARTBEAT_INTERVAL);
    } catch (error) {
      this.#observe(error);
      if (!this.#closed) this.#schedule(retryDelay(error));
    }
  }

  /** Repeats `ask` until the functions answer; null once it is no longer needed. */
  async #insist<T>(ask: () => Promise<T>, wanted = () => true): Promise<T | null> {
    while (!this.#closed && wanted()) {
      try {
        const answer = await ask();
        if (this.#closed) return null;
        this.#ports.onReachable(true);
        return answer;
      } catch (error) {
        this.#observe(error);
        await pause(error);
      }
    }
    return null;
  }

  #observe(error: unknown): void {
    if (!this.judge(error) && isAway(error) && !this.#closed) this.#ports.onReachable(false);
  }
}
