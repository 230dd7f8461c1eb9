/** Keeps, in this page's memory alone, what was seen of a room since we came. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { beginHistory, forgetSelf, type History, record } from './history.ts';
import { frameOf } from './overlay.ts';
import { addReading, type OwnReading } from './own-readings.ts';
import type { Room } from './room.ts';

/** Follows one stay from its making until `stop`. */
export class Recorder {
  readonly #history;
  readonly #own = signal<readonly OwnReading[]>([]);
  #lastOwnFrame = '';
  readonly #stop: () => void;

  constructor(room: ReadonlySignal<Room>, now: () => number) {
    this.#history = signal(beginHistory(room.peek(), now()));
    this.#stop = effect(() => {
      this.#history.value = record(this.#history.peek(), room.value, now());
      const sight = room.value.sights.get(room.value.self);
      if (!sight || frameOf(sight) <= this.#lastOwnFrame) return;
      this.#lastOwnFrame = frameOf(sight);
      this.#own.value = addReading(this.#own.peek(), sight);
    });
  }

  /** How everybody looked in the last ten minutes. */
  get history(): ReadonlySignal<History> {
    return this.#history;
  }

  /** Everything that was read of us in this stay. */
  get own(): ReadonlySignal<readonly OwnReading[]> {
    return this.#own;
  }

  /** Forgets everything that was read of us. */
  forgetSelf(): void {
    this.#own.value = [];
    this.#history.value = forgetSelf(this.#history.peek());
  }

  stop(): void {
    this.#stop();
  }
}
