/** The loudness of a microphone, and whether somebody speaks. */

const SPEECH = 0.02; // of full scale; a quiet room stays below
const PAUSE = 800; // ms without speech until somebody counts as silent; words have gaps

/** Decides from a changing level whether somebody speaks. */
export class SpeakingGate {
  #heardAt = Number.NEGATIVE_INFINITY;

  /**
   * Whether somebody speaks, or did less than 0.8 s ago.
   *
   * `level` is the loudness now, the root mean square from 0 to 1 (full scale); `now` is in ms.
   */
  speaks(level: number, now: number): boolean {
    if (level >= SPEECH) this.#heardAt = now;
    return now - this.#heardAt < PAUSE;
  }
}

/** Measures one track of ours. Close it when done: a browser has few audio contexts. */
export class AudioLevel {
  readonly #context = new AudioContext();
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(track: MediaStreamTrack) {
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 8192; // some 0.17 s: no sound falls between two looks, 0.1 s apart
    this.#samples = new Float32Array(this.#analyser.fftSize);
    try {
      this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser);
    } catch {
      // Firefox takes no microphone whose sample rate is not the speaker's: nothing is measured.
    }
  }

  /**
   * The loudness of the last 0.17 s: the root mean square of the samples, from 0 to 1 (full
   * scale). It is 0 while the browser waits for a gesture, or interrupts the audio.
   */
  get level(): number {
    if (this.#context.state !== 'running') return 0; // the last samples would be heard for ever
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return Math.min(1, Math.sqrt(sum / this.#samples.length));
  }

  /** Starts it after a gesture, if the browser waited for one. */
  resume(): void {
    this.#context.resume().catch(() => undefined);
  }

  close(): void {
    this.#context.close().catch(() => undefined);
  }
}
