/** Sound that the browser holds back until somebody presses something: autoplay needs a gesture. */
import { computed, signal } from '@preact/signals';

const PRESSES = ['click', 'keydown'];

const held = signal<ReadonlySet<HTMLMediaElement>>(new Set());

/** Whether the sound of anybody is held back. */
export const soundHeldBack = computed(() => held.value.size > 0);

/** Silent pictures that stand still: a phone that saves its battery lets them begin with a press, too. */
const still = new Set<HTMLMediaElement>();

/** Plays a stream. Where its sound may not be heard, the picture moves at least, and it is noted. */
export async function play(element: HTMLMediaElement): Promise<void> {
  try {
    await element.play();
  } catch (error) {
    const refused = error instanceof DOMException && error.name === 'NotAllowedError';
    if (!refused) return; // another stream took its place
    if (element.muted) {
      still.add(element);
      for (const press of PRESSES) addEventListener(press, playStill, true);
      return;
    }
    element.muted = true;
    held.value = new Set([...held.peek(), element]);
    await play(element);
  }
}

function playStill(): void {
  const elements = [...still];
  still.clear();
  for (const press of PRESSES) removeEventListener(press, playStill, true);
  for (const element of elements) void play(element); // what is refused again waits again
}

/** Forgets an element that is shown no more. */
export function forget(element: HTMLMediaElement): void {
  still.delete(element);
  if (!held.peek().has(element)) return;
  held.value = new Set([...held.peek()].filter((one) => one !== element));
}

/** Lets everybody be heard; to be called while the browser knows of a press. */
export async function turnSoundOn(): Promise<void> {
  const elements = [...held.peek()];
  held.value = new Set();
  await Promise.all(
    elements.map((element) => {
      element.muted = false;
      return play(element); // what is refused again is held back again
    }),
  );
}
