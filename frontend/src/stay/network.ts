import type { Problems } from './problems.ts';

const RECOVERY_TIME = 5_000; // ms after the network is back, before remaining problems are shown

/** The actions for a changed network. */
export interface NetworkPorts {
  /** Sends the functions a request, so that a lost network shows. */
  readonly probe: () => void;
  /** Restores lost connections at once. */
  readonly retry: () => void;
}

/**
 * Follows the browser's state of the network. We are offline only if a request of ours also fails: a
 * stack on this machine answers without a network.
 */
export class Network {
  readonly #problems: Problems;
  readonly #ports: NetworkPorts;
  #recovery: ReturnType<typeof setTimeout> | undefined;

  constructor(problems: Problems, ports: NetworkPorts) {
    this.#problems = problems;
    this.#ports = ports;
  }

  /** The browser says that it is `online`, or not. */
  follow(online: boolean): void {
    clearTimeout(this.#recovery);
    if (!online) {
      if (this.#problems.looksOffline()) this.#problems.offline.value = true;
      else this.#ports.probe();
    } else if (this.#problems.offline.peek()) {
      this.#ports.retry();
      this.#recovery = setTimeout(() => {
        this.#problems.offline.value = false;
      }, RECOVERY_TIME);
    }
  }

  stop(): void {
    clearTimeout(this.#recovery);
  }
}
