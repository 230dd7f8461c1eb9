/** Sound that the browser holds back until somebody presses something: autoplay needs a gesture. */
import { computed, signal } from '@preact/signals';

const held = signal<ReadonlySet<HTMLMediaElement>>(new Set());

/** Whether the sound of anybody is held back. */
export const soundHeldBack = computed(() => held.value.size > 0);

/** Plays a stream. Where its sound may not be heard, the picture moves at least, and it is noted. */
export async function play(element: HTMLMediaElement): Promise<void> {
  try {
    await element.play();
  } catch (error) {
    const refused = error instanceof DOMException && error.name === 'NotAllowedError';
    if (!refused || element.muted) return; // another stream took its place, or there is no sound
    element.muted = true;
    held.value = new Set([...held.peek(), element]);
    element.play().catch(() => undefined);
  }
}

/** Forgets an element that is shown no more. */
export function forget(element: HTMLMediaElement): void {
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
