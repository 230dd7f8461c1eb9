/** How much slower to read, so that the machine stays cool and the page quick. */
import { LIVE_INTERVAL } from '../pace.ts';

const MOST_SHARE = 0.04; // of the time that reading may take
const MOST = 4; // times slower: a face is then read every eight seconds, and shown for twelve

/** The browser's state of the processor's load (W3C Compute Pressure); some browsers lack it. */
type Pressure = 'nominal' | 'fair' | 'serious' | 'critical';
const FACTORS: Readonly<Record<Pressure, number>> = {
  nominal: 1,
  fair: 1,
  serious: 2,
  critical: MOST,
};

interface PressureObserverLike {
  observe(source: 'cpu', options: { readonly sampleInterval: number }): Promise<void>;
  disconnect(): void;
}
type PressureObserverMaker = new (
  heard: (records: readonly { readonly state: Pressure }[]) => void,
) => PressureObserverLike;

const SAMPLE_INTERVAL = 5_000; // ms

/** Watches the processor's pressure, and how long reading takes. */
export class Strain {
  #pressure: Pressure = 'nominal';
  #took = 0;
  readonly #observer: PressureObserverLike | undefined;

  constructor(browser: object = globalThis) {
    const { PressureObserver } = browser as { PressureObserver?: PressureObserverMaker };
    this.#observer =
      PressureObserver &&
      new PressureObserver((records) => {
        this.#pressure = records.at(-1)?.state ?? 'nominal';
      });
    // A page may not be allowed to; then only the time counts.
    this.#observer?.observe('cpu', { sampleInterval: SAMPLE_INTERVAL }).catch(() => undefined);
  }

  /** A picture took so long to read, in ms. */
  took(ms: number): void {
    this.#took = ms;
  }

  /**
   * How many times longer than usual to wait between two readings, from 1 to 4.
   *
   * It keeps reading below 4 % of the time, and rises with the processor's pressure (W3C Compute
   * Pressure, https://www.w3.org/TR/compute-pressure/).
   */
  get factor(): number {
    const byTime = this.#took / (LIVE_INTERVAL * MOST_SHARE);
    return Math.min(Math.max(1, byTime, FACTORS[this.#pressure]), MOST);
  }

  close(): void {
    this.#observer?.disconnect();
  }
}
