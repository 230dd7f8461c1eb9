/** The secrets with which a place in a room is asked for: the same again where an answer was lost. */
export class Attempts {
  readonly #random: () => string;
  /** Those that may have got a place, by what was wanted. */
  readonly #unanswered = new Map<string, string>();

  constructor(random: () => string = randomId) {
    this.#random = random;
  }

  /**
   * Asks for what is `wanted`, with a new secret or with the one of the last time if that was
   * `unanswered`. Two that ask at once have two places.
   */
  async make<T>(
    wanted: string,
    ask: (attempt: string) => Promise<T>,
    unanswered: (error: unknown) => boolean,
  ): Promise<T> {
    const attempt = this.#unanswered.get(wanted) ?? this.#random();
    this.#unanswered.delete(wanted);
    try {
      return await ask(attempt);
    } catch (error) {
      if (unanswered(error)) this.#unanswered.set(wanted, attempt);
      throw error;
    }
  }
}

/** 128 random bits, as base64url. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').slice(0, 22);
}
