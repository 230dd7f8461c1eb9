/** A person's choice of others' readings on their own screen; no one else learns of it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import {
  rememberAnnouncing,
  rememberedAnnouncing,
  rememberedShowingOthers,
  rememberShowingOthers,
} from '../../browser/remembered.ts';
import type { Room } from '../../room/room.ts';

/** How large an emoji may be asked for, as a factor of its usual size. */
export const EMOJI_SIZES = { small: 0.7, medium: 1, large: 1.5 } as const;
export type EmojiSize = keyof typeof EMOJI_SIZES;

/** The choices of one person for one call; whether others are shown at all is remembered. */
export class ShownReadings {
  readonly #others = signal(rememberedShowingOthers());
  readonly #announced = signal(rememberedAnnouncing());
  readonly #hidden = signal<ReadonlySet<string>>(new Set());
  readonly #sizes = signal<ReadonlyMap<string, EmojiSize>>(new Map());

  /** Whether anything read of others is shown. */
  get others(): ReadonlySignal<boolean> {
    return this.#others;
  }

  showOthers(shown: boolean): void {
    this.#others.value = shown;
    rememberShowingOthers(shown);
  }

  /** Whether a screen reader is told how people look; who comes and what fails it is told anyway. */
  get announced(): ReadonlySignal<boolean> {
    return this.#announced;
  }

  announce(announced: boolean): void {
    this.#announced.value = announced;
    rememberAnnouncing(announced);
  }

  /** Whether this participant's emoji is wanted, where others' are shown. */
  shows(participant: string): boolean {
    return !this.#hidden.value.has(participant);
  }

  show(participant: string, shown: boolean): void {
    const hidden = new Set(this.#hidden.value);
    if (shown) hidden.delete(participant);
    else hidden.add(participant);
    this.#hidden.value = hidden;
  }

  sizeOf(participant: string): EmojiSize {
    return this.#sizes.value.get(participant) ?? 'medium';
  }

  resize(participant: string, size: EmojiSize): void {
    this.#sizes.value = new Map(this.#sizes.value).set(participant, size);
  }

  /** The room with the sights that are wanted. Our own stay: we see what the others see of us. */
  of(room: Room): Room {
    const sights = [...room.sights].filter(
      ([participant]) =>
        participant === room.self || (this.#others.value && this.shows(participant)),
    );
    return { ...room, sights: new Map(sights) };
  }
}
