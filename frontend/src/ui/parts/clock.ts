import { type ReadonlySignal, signal } from '@preact/signals';
import { now } from '../../time/page-time.ts';

const TICK = 500; // ms; fine enough for ages in seconds

let timer: ReturnType<typeof setInterval>;

/** The present time of the page, for what is shown with its age. It ticks while something shows it. */
export const clock: ReadonlySignal<number> = signal(now(), {
  watched() {
    this.value = now();
    timer = setInterval(() => {
      if (isSeen()) this.value = now();
    }, TICK);
  },
  unwatched() {
    clearInterval(timer);
  },
});

/** A hidden page shows nobody any age; its small window stays before all others, and does. */
function isSeen(): boolean {
  const { documentPictureInPicture: small } = globalThis as {
    documentPictureInPicture?: { readonly window: Window | null };
  };
  return !document.hidden || Boolean(small?.window);
}
