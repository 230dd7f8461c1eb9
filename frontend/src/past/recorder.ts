/** Records a room's sights since we came, only in this page's memory. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Room } from '../room/room.ts';
import { frameOf, shownFaces } from '../room/sight.ts';
import { beginHistory, forgetSelf, type History, record } from './history.ts';
import { addReading, type OwnReading, withCorrection } from './own-readings.ts';

/** The sources of a `Recorder`. */
export interface RecorderPorts {
  readonly room: ReadonlySignal<Room>;
  /** Whose camera is on. */
  readonly hasVideo: (participant: string) => boolean;
  readonly now: () => number;
}

/** Records one stay from its start until `stop`. */
export class Recorder {
  readonly #history;
  readonly #own = signal<readonly OwnReading[]>([]);
  #lastOwnFrame = '';
  readonly #stop: () => void;

  constructor({ room, hasVideo, now }: RecorderPorts) {
    this.#history = signal(beginHistory(room.peek(), now()));
    this.#stop = effect(() => {
      this.#history.value = record(this.#history.peek(), room.value, hasVideo, now());
      const sight = room.value.sights.get(room.value.self);
      if (!sight) return;
      if (frameOf(sight) !== this.#lastOwnFrame) {
        this.#lastOwnFrame = frameOf(sight);
        this.#own.value = addReading(this.#own.peek(), sight);
      }
      const said = shownFaces(sight).find(({ shown }) => shown.ownWord)?.shown.expression;
      if (said) this.#own.value = withCorrection(this.#own.peek(), frameOf(sight), said);
    });
  }

  /** Everybody's sights in the last ten minutes. */
  get history(): ReadonlySignal<History> {
    return this.#history;
  }

  /** All readings of us in this stay. */
  get own(): ReadonlySignal<readonly OwnReading[]> {
    return this.#own;
  }

  /** Deletes all readings of us. */
  forgetSelf(): void {
    this.#own.value = [];
    this.#history.value = forgetSelf(this.#history.peek());
  }

  stop(): void {
    this.#stop();
  }
}
