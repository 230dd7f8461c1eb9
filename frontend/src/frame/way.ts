/** Who reads our camera: the service, from frames that we send; or this browser, which sends no picture. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Ways } from '../wire/contract.ts';
import type { Result } from './result.ts';

export type Way = 'service' | 'device';

/** A reader in this browser. */
export interface OwnReader {
  /** Reads a picture, drawn at this size; returns the result and the time it took, in ms. */
  read(
    picture: VideoFrame | ImageBitmap,
    width: number,
    height: number,
  ): Promise<{ readonly result: Result; readonly took: number }>;
  /** How many times slower than usual to read, from what reading takes and how hot the machine is. */
  readonly slowness: number;
  close(): void;
}

/** The state of this browser's reader. */
export type ReaderState =
  | { readonly at: 'idle' | 'ready' }
  | { readonly at: 'loading'; readonly share: number }
  | { readonly at: 'failed'; readonly fault: 'fetch' | 'start' };

/** What a `ReadingWay` needs of the world. */
export interface WayPorts<Reader, Lack> {
  /** The ways this deployment has. */
  readonly offered: Ways;
  /** Why this browser cannot read; null if it can. */
  readonly lack: Lack | null;
  /** The earlier choice; null if there was none. */
  readonly remembered: Way | null;
  readonly remember: (way: Way) => void;
  readonly load: (onProgress: (share: number) => void, signal: AbortSignal) => Promise<Reader>;
}

/**
 * A person's choice, for lobby and call. If this browser is chosen and cannot read (it loads, or
 * failed), nothing is read: no picture is sent in its place.
 */
export class ReadingWay<Reader extends OwnReader = OwnReader, Lack extends string = string> {
  readonly offered: Ways;
  readonly lack: Lack | null;
  readonly #chosen = signal<Way>('service');
  readonly #state = signal<ReaderState>({ at: 'idle' });
  readonly #ports: WayPorts<Reader, Lack>;
  #reader: Reader | null = null;
  #loading: AbortController | null = null;
  readonly chosen: ReadonlySignal<Way> = this.#chosen;
  readonly state: ReadonlySignal<ReaderState> = this.#state;
  /** Whether the chosen reader can read. */
  readonly usable = computed(
    () => this.#chosen.value === 'service' || this.#state.value.at === 'ready',
  );

  constructor(ports: WayPorts<Reader, Lack>) {
    this.#ports = ports;
    this.offered = ports.offered;
    this.lack = ports.lack;
    const device = ports.offered === 'device' || ports.remembered === 'device';
    if (ports.offered === 'device' || (device && ports.offered === 'choice' && !ports.lack))
      this.#chosen.value = 'device';
  }

  /** Whether this browser is chosen and its reader is not loading yet: `prepare` would fetch it. */
  get #waits(): boolean {
    const { at } = this.#state.peek();
    return this.#chosen.peek() === 'device' && at !== 'loading' && at !== 'ready' && !this.lack;
  }

  /** Chooses who reads; this browser's reader is fetched at once. */
  choose(way: Way): void {
    this.#ports.remember(way);
    this.#chosen.value = way;
    if (way === 'device') this.prepare();
    else this.#release();
  }

  /** Fetches this browser's reader, if it is chosen and not here; also again after a failure. */
  prepare(): void {
    if (this.#waits) void this.#load();
  }

  /** This browser's reader, which measures its time; null if the service reads. */
  reader(): Reader | null {
    return this.#chosen.peek() === 'device' ? this.#reader : null;
  }

  /** How many times slower than usual to read. */
  slowness(): number {
    return this.reader()?.slowness ?? 1;
  }

  async #load(): Promise<void> {
    const loading = new AbortController();
    this.#loading = loading;
    this.#state.value = { at: 'loading', share: 0 };
    const onProgress = (share: number) => {
      if (this.#loading === loading) this.#state.value = { at: 'loading', share };
    };
    try {
      const reader = await this.#ports.load(onProgress, loading.signal);
      if (this.#loading !== loading) return reader.close();
      this.#reader = reader;
      this.#state.value = { at: 'ready' };
    } catch (error) {
      if (this.#loading !== loading) return;
      const fault = (error as { fault?: unknown }).fault === 'start' ? 'start' : 'fetch';
      this.#state.value = { at: 'failed', fault };
    }
  }

  #release(): void {
    this.#loading?.abort();
    this.#loading = null;
    this.#reader?.close();
    this.#reader = null;
    this.#state.value = { at: 'idle' };
  }
}
