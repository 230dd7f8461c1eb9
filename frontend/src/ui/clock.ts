import { type ReadonlySignal, signal } from '@preact/signals';

const TICK = 500; // ms; fine enough for ages in seconds

const ticking = signal(Date.now());
setInterval(() => {
  // A hidden page shows nobody any age.
  if (!document.hidden) ticking.value = Date.now();
}, TICK);

/** The present time in ms since the epoch, for what is shown with its age. */
export const clock: ReadonlySignal<number> = ticking;
