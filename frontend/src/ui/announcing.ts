import { type ReadonlySignal, signal } from '@preact/signals';
import { rememberAnnouncing, rememberedAnnouncing } from '../remembered.ts';

const chosen = signal(rememberedAnnouncing());

/** Whether a screen reader is told how people look; who comes and what fails it is told anyway. */
export const announcing: ReadonlySignal<boolean> = chosen;

export function setAnnouncing(announce: boolean): void {
  chosen.value = announce;
  rememberAnnouncing(announce);
}
