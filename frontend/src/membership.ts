/** One participant's place in a room: announced, kept alive, connected to hub and call. */
import { ApiError, pauseAfter, type RoomApi } from './api.ts';
import type { Call, CallProblem } from './call/call.ts';
import type { HubAccess, HubMessage, Roster, VideoToken } from './contract.ts';
import type { HubPorts, HubState } from './hub.ts';

// After 75 s without one the functions forget us: time enough for the one timer a minute that a page
// gets which is hidden and has no peer connection open, being alone in its room.
const HEARTBEAT_INTERVAL = 15_000; // ms
const RETRY_INTERVAL = 3_000; // ms between attempts while the functions are away

/** Why a place in a room is lost: our record, or the whole room, is gone. */
export type Loss = 'forgotten' | 'room-gone';

/** What a `Membership` needs of the world, and tells it. */
export interface MembershipPorts {
  readonly openHub: (ports: HubPorts) => { start(): void; stop(): Promise<void> };
  /** May have to load code first; rejects when that, or the kind of call, is not to be had. */
  readonly openCall: (api: RoomApi, token: VideoToken) => Promise<Call>;
  readonly onCall: (call: Call) => void;
  readonly onHubState: (state: HubState) => void;
  /** Whether the hub brings us what the room is told; false from the loss of a connection on. */
  readonly onPresent: (present: boolean) => void;
  readonly onMessage: (message: HubMessage) => void;
  /** `askedAt` is when the question left, by our clock. */
  readonly onRoster: (roster: Roster, askedAt: number) => void;
  /** Why the call could not be opened, or null; of functions that are away `onReachable` tells. */
  readonly onVideo: (problem: CallProblem | null) => void;
  /** Whether the functions answer. */
  readonly onReachable: (reachable: boolean) => void;
  readonly onLost: (loss: Loss) => void;
  readonly now: () => number;
}

/** How a refusal bears on our place in the room; null when it does not. */
function lossIn(error: unknown): Loss | null {
  if (!(error instanceof ApiError)) return null;
  if (error.code === 'unknown-room') return 'room-gone';
  const forgotten = ['unknown-participant', 'other-participant', 'ticket-other-room'];
  return error.status === 401 || forgotten.includes(error.code) ? 'forgotten' : null;
}

/** Whether the functions were away, so that asking again may help; who asks too often hears from them. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.code.startsWith('video-')) return false;
  return error.status === 0 || error.status > 429;
}

/** Holds a place in a room until it is closed or lost. */
export class Membership {
  readonly api: RoomApi;
  readonly #ports: MembershipPorts;
  readonly #hub: { start(): void; stop(): Promise<void> };
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

  /** Enters the room, and opens the call beside: whoever has no video is present and read all the same. */
  start(): void {
    this.#hub.start();
    this.#schedule(HEARTBEAT_INTERVAL);
    void this.#startCall();
  }

  /** Asks for the roster now, out of turn. */
  refresh(): void {
    if (!this.#closed) this.#schedule(0);
  }

  /** Judges a refusal of any route; true when it cost us our place. */
  judge(error: unknown): boolean {
    const loss = lossIn(error);
    if (loss && !this.#closed) {
      this.close();
      this.#ports.onLost(loss);
    }
    return loss !== null;
  }

  /** Lets go of the hub and the call, without a word to the room. */
  close(): void {
    this.#closed = true;
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
    // A new connection belongs to no group yet, and we may have missed who came and went.
    if (state === 'connected') void this.#announce();
  }

  async #announce(): Promise<void> {
    const askedAt = this.#ports.now();
    const roster = await this.#insist(
      () => this.api.announce(),
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
      const roster = await this.api.heartbeat();
      if (this.#closed) return;
      this.#ports.onReachable(true);
      this.#ports.onRoster(roster, askedAt);
      this.#schedule(HEARTBEAT_INTERVAL);
    } catch (error) {
      this.#observe(error);
      if (!this.#closed) this.#schedule(pauseAfter(error, RETRY_INTERVAL));
    }
  }

  /** Repeats `ask` while the functions are away; null when there is no point any more. */
  async #insist<T>(ask: () => Promise<T>, wanted = () => true): Promise<T | null> {
    while (!this.#closed && wanted()) {
      try {
        const answer = await ask();
        if (this.#closed) return null;
        this.#ports.onReachable(true);
        return answer;
      } catch (error) {
        this.#observe(error);
        const pause = pauseAfter(error, RETRY_INTERVAL);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    return null;
  }

  #observe(error: unknown): void {
    if (!this.judge(error) && isAway(error) && !this.#closed) this.#ports.onReachable(false);
  }
}
