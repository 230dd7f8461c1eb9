/** What a host does: the room's mode and door, and the others' places in it. */
import { ApiError } from '../wire/api.ts';
import type { DoorState, HubMessage, RoomMode } from '../wire/contract.ts';
import type { RoomApi } from '../wire/room-api.ts';
import type { Membership } from './membership.ts';

/** What `Hosting` needs of its stay. */
export interface HostingPorts {
  /** Our present place in the room. */
  readonly membership: () => Membership;
  /** The video provider's ids of somebody's connections. */
  readonly connectionsOf: (participant: string) => readonly string[];
  /** Takes what the functions did at our request, as if the hub had told us. */
  readonly hear: (message: HubMessage) => void;
}

/** A host's acts. Each rejects with `ApiError`; guests are refused with `host-required`. */
export class Hosting {
  readonly #ports: HostingPorts;
  /** The participants we removed: their video may come back with a valid token. */
  readonly #removed = new Set<string>();

  constructor(ports: HostingPorts) {
    this.#ports = ports;
  }

  /** Sets the room's mode. */
  async setMode(mode: RoomMode): Promise<void> {
    await this.#place.ask((api) => api.setMode(mode));
    this.#ports.hear({ target: 'mode', body: { mode } });
  }

  /** Opens or closes the door. */
  async setDoor(door: DoorState): Promise<void> {
    await this.#place.ask((api) => api.setDoor(door));
    this.#ports.hear({ target: 'door', body: { door, by: this.#place.api.participant } });
  }

  /** Lets in or refuses somebody who waits. */
  async answerKnock(participant: string, admit: boolean): Promise<void> {
    try {
      await this.#place.ask((api) => api.answerKnock(participant, admit));
    } catch (error) {
      if (codeOf(error) !== 'not-waiting') throw error;
    }
    this.#ports.hear({ target: 'answered', body: { participant } });
  }

  /** Takes somebody's seat, ends their video, and closes the door. */
  async remove(participant: string): Promise<void> {
    const connections = this.#ports.connectionsOf(participant);
    const removed = () => this.#removed.add(participant);
    await this.#about((api) => api.remove(participant, connections)).then(removed, (error) => {
      if (codeOf(error) === 'video-unavailable') removed(); // all else is done
      throw error;
    });
  }

  /** Asks somebody's page, or everybody else's (null), to mute. */
  async requestMute(participant: string | null): Promise<void> {
    await this.#place.ask((api) => api.requestMute(participant));
  }

  /** Makes somebody one more host, or takes that back. */
  async nameHost(participant: string, host: boolean): Promise<void> {
    await this.#about((api) => api.nameHost(participant, host));
  }

  /** Ends again the video of those we removed, if it came back. */
  endVideoOfRemoved(): void {
    for (const participant of this.#removed) {
      const connections = this.#ports.connectionsOf(participant);
      if (connections.length === 0) continue;
      this.#place.api.remove(participant, connections).catch(() => undefined);
    }
  }

  /** Asks something about somebody else. If one of us is gone, the next roster says who. */
  async #about(request: (api: RoomApi) => Promise<void>): Promise<void> {
    const place = this.#place;
    try {
      await request(place.api);
    } catch (error) {
      if (codeOf(error) === 'unknown-participant') place.refresh();
      else place.judge(error);
      throw error;
    }
  }

  get #place(): Membership {
    return this.#ports.membership();
  }
}

function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : '';
}
