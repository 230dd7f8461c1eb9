import { type ReadonlySignal, signal } from '@preact/signals';
import { now } from '../../time/page-time.ts';

const TICK = 500; // ms; fine enough for ages in seconds

let timer: ReturnType<typeof setInterval>;

/** The present time of the page, for what is shown with its age. It ticks while something shows it. */
export const clock: ReadonlySignal<number> = signal(now(), {
  watched() {
    this.value = now();
    timer = setInterval(() => {
      // A hidden page shows nobody any age.
      if (!document.hidden) this.value = now();
    }, TICK);
  },
  unwatched() {
    clearInterval(timer);
  },
});
