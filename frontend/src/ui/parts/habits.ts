/** Habits of the call that somebody may not want; each is on unless they said no, and remembered. */
import { effect, type Signal, signal } from '@preact/signals';
import { rememberedHabit, rememberHabit } from '../../browser/remembered.ts';

function habit(name: string): Signal<boolean> {
  const on = signal(rememberedHabit(name));
  effect(() => rememberHabit(name, on.value));
  return on;
}

/** Whether we see our own picture; the others see it anyway. */
export const ownPictureShown = habit('own-picture');

/** Whether our own picture is shown as a mirror shows us. */
export const ownPictureMirrored = habit('mirror');

/** Whether a sound tells that somebody came or went. */
export const soundsOn = habit('sounds');
