import type OT from '@opentok/client';
import type { RemoteMedia } from './call.ts';
import type { Source } from './opentok-publication.ts';
import { Subscription } from './opentok-subscription.ts';

const SUBSCRIBE_DELAY = 5_000; // ms until a failed subscription is tried again

/** Another participant in the session. After a lost connection they may be connected twice. */
export class Remote {
  readonly connections = new Set<string>();
  readonly streams = new Map<string, OT.Stream>();
  readonly #camera: Slot;
  readonly #screen: Slot;

  constructor(onChange: () => void) {
    this.#camera = new Slot(onChange);
    this.#screen = new Slot(onChange);
  }

  get gone(): boolean {
    return this.connections.size === 0 && this.streams.size === 0;
  }

  /** Their media; `nothing` before the first stream. */
  media(nothing: RemoteMedia): RemoteMedia {
    const screen = this.#screen.subscription?.received ?? null;
    const media = this.#camera.subscription?.media;
    if (media) return { ...nothing, ...media, screen };
    if (this.gone || this.#newest('camera')) return { ...nothing, screen };
    // They are here without camera and microphone.
    return { ...nothing, connection: 'connected', audio: false, video: false, screen };
  }

  /** Asks for no more lines of their camera than are shown. */
  show(lines: number | undefined): void {
    this.#camera.show(lines);
  }

  /** Receives the newest streams through `session`; nothing when that is null. */
  subscribe(session: OT.Session | null): void {
    this.#camera.subscribe(session, this.#newest('camera'));
    this.#screen.subscribe(session, this.#newest('screen'));
  }

  close(): void {
    this.#camera.close();
    this.#screen.close();
  }

  #newest(source: Source): OT.Stream | undefined {
    const wanted = ({ name }: OT.Stream) => (name === 'screen') === (source === 'screen');
    return [...this.streams.values()].filter(wanted).at(-1);
  }
}

/** Receives one stream at a time; repeats a failed subscription. */
class Slot {
  readonly #onChange: () => void;
  #subscription: Subscription | null = null;
  #lines: number | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get subscription(): Subscription | null {
    return this.#subscription;
  }

  subscribe(session: OT.Session | null, stream: OT.Stream | undefined): void {
    if (session && this.#subscription && this.#subscription.stream === stream) return;
    this.close();
    if (!session || !stream) return;
    this.#subscription = new Subscription(session, stream, this.#onChange, (failed) => {
      if (failed !== this.#subscription) return;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => {
        this.close();
        this.#onChange();
      }, SUBSCRIBE_DELAY);
    });
    this.#subscription.show(this.#lines);
  }

  show(lines: number | undefined): void {
    if (lines === this.#lines) return;
    this.#lines = lines;
    this.#subscription?.show(lines);
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#subscription?.close();
    this.#subscription = null;
  }
}
