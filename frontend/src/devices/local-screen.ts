/** Our screen, shared with the call. It is never read; only the camera is. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';

const FRAME_RATE = 15;

/** How asking for a screen ended; `refused` is the person's own no. */
export type ShareOutcome = 'shared' | 'refused' | 'failed';

/** Shares one screen, window or tab at a time. */
export class LocalScreen {
  #closed = false;
  readonly #track = signal<MediaStreamTrack | null>(null);

  /** The screen shared at present. */
  get track(): ReadonlySignal<MediaStreamTrack | null> {
    return this.#track;
  }

  /** The same, as a stream to look at. */
  readonly stream = computed(() => this.#track.value && new MediaStream([this.#track.value]));

  /** Whether it is a whole screen, perhaps the one with this page. */
  readonly whole = computed(() => this.#track.value?.getSettings?.().displaySurface === 'monitor');

  /** Whether this browser can share a screen; most phones cannot. */
  get supported(): boolean {
    return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
  }

  /** Lets the person choose what to share; only after a click. */
  async share(): Promise<ShareOutcome> {
    this.#closed = false;
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({
        video: { frameRate: { max: FRAME_RATE } },
        audio: false,
      });
      const [track] = stream.getVideoTracks();
      if (!track) return 'failed';
      if (this.#closed) {
        track.stop(); // the person chose it after they left the call
        return 'refused';
      }
      this.#track.value?.stop();
      track.contentHint = 'detail'; // text stays legible when the network is slow
      this.#track.value = track;
      // The browser's own bar can stop sharing, too.
      track.addEventListener('ended', () => {
        if (this.#track.value === track) this.#track.value = null;
      });
      return 'shared';
    } catch (error) {
      const name = error instanceof DOMException ? error.name : '';
      return name === 'NotAllowedError' || name === 'AbortError' ? 'refused' : 'failed';
    }
  }

  /** Stops sharing, and an open choice. */
  stop(): void {
    this.#closed = true;
    this.#track.value?.stop();
    this.#track.value = null;
  }
}
