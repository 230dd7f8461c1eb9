/** What a screen reader is told of the call, at a pace one can listen to. */
import { now } from '../../time/page-time.ts';

const PERSON_PAUSE = 8_000; // ms between two sentences about the same person's expression
const PAUSE = 1_500; // ms between any two sentences

interface Sentence {
  readonly about: string;
  readonly words: string;
}

/** Orders sentences by urgency and holds them back; `say` receives one at a time, or none: ''. */
export class Announcer {
  readonly #say: (words: string) => void;
  readonly #urgent: string[] = [];
  readonly #waiting = new Map<string, Sentence>();
  readonly #saidAt = new Map<string, { at: number; words: string }>();
  /** Whom the sentence said last was about; null for an event. */
  #saidOf: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(say: (words: string) => void) {
    this.#say = say;
  }

  /** Something everybody should hear: somebody came, something failed. */
  event(words: string): void {
    this.#urgent.push(words);
    this.#schedule(0);
  }

  /** How somebody looks now; replaces what is not yet said about them, and is said once. */
  state(about: string, words: string): void {
    if (this.#saidAt.get(about)?.words === words) this.#waiting.delete(about);
    else this.#waiting.set(about, { about, words });
    this.#schedule(0);
  }

  /** Says nothing more about anybody else, and takes back what it said last if it was about them. */
  retain(abouts: ReadonlySet<string>): void {
    for (const about of this.#waiting.keys()) if (!abouts.has(about)) this.#waiting.delete(about);
    for (const about of this.#saidAt.keys()) if (!abouts.has(about)) this.#saidAt.delete(about);
    if (this.#saidOf === null || abouts.has(this.#saidOf)) return;
    this.#saidOf = null;
    this.#say('');
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#urgent.length = 0;
    this.#waiting.clear();
  }

  #schedule(delay: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#speak();
    }, delay);
  }

  #speak(): void {
    const event = this.#urgent.shift();
    const state = event === undefined ? this.#dueState(now()) : undefined;
    const words = event ?? state?.words;
    if (words) {
      this.#saidOf = state?.about ?? null;
      this.#say(words);
    }
    if (words || this.#waiting.size > 0) this.#schedule(PAUSE);
  }

  #dueState(at: number): Sentence | undefined {
    for (const sentence of this.#waiting.values()) {
      const { about, words } = sentence;
      const last = this.#saidAt.get(about)?.at ?? Number.NEGATIVE_INFINITY;
      if (at - last < PERSON_PAUSE) continue;
      this.#waiting.delete(about);
      this.#saidAt.set(about, { at, words });
      return sentence;
    }
    return undefined;
  }
}
