/** The STUN and TURN servers of a mesh; it renews them before their credentials expire. */
import { pauseAfter } from '../wire/api.ts';
import type { IceServer, MeshToken } from '../wire/contract.ts';

const RENEW_AT = 2 / 3; // of the time until a new token expires
const RENEW_SOONEST = 30_000; // ms; also the wait after a failed attempt
const RENEW_LATEST = 1_800_000; // ms; by a clock that is an hour behind, a token would seem to last longer

/** What `IceServers` needs of the world. */
export interface IcePorts {
  readonly token: MeshToken;
  /** A token with a later end. */
  readonly renew: () => Promise<MeshToken>;
  /** By this page's clock, ms since the epoch; it may be wrong. */
  readonly now: () => number;
}

/** The servers for connections; `onRenewed` is called after every change. */
export class IceServers {
  current: readonly IceServer[];
  readonly #ports: IcePorts;
  readonly #onRenewed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(ports: IcePorts, onRenewed: () => void) {
    this.#ports = ports;
    this.#onRenewed = onRenewed;
    this.current = ports.token.iceServers;
    this.#schedule(this.#untilRenewal(ports.token));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #untilRenewal({ expiresAt }: MeshToken): number {
    const delay = (expiresAt - this.#ports.now()) * RENEW_AT;
    return Math.min(Math.max(RENEW_SOONEST, delay), RENEW_LATEST);
  }

  #schedule(delay: number): void {
    if (!this.#closed) this.#timer = setTimeout(() => void this.#renew(), delay);
  }

  async #renew(): Promise<void> {
    try {
      const token = await this.#ports.renew();
      if (this.#closed) return;
      this.current = token.iceServers;
      this.#onRenewed();
      this.#schedule(this.#untilRenewal(token));
    } catch (error) {
      this.#schedule(pauseAfter(error, RENEW_SOONEST));
    }
  }
}
