/** What two ends of a mesh connection tell each other through the functions, and in which order. */
import { type JsonObject, parseObject } from '../contract.ts';

const GATHER_FIRST = 30; // ms after a description: the first candidates come at once
const GATHER_MORE = 120; // ms

/**
 * One post from peer to peer. Posts may overtake each other, hence the numbers.
 *
 * `epoch` names the sender's peer object: another one means that the sender started afresh.
 * `life` counts the connections tried between the two; both ends follow the higher count.
 */
export interface PeerSignal {
  readonly epoch: string;
  readonly life: number;
  /** Asks the other end, whose part it is, for an offer. */
  readonly hello?: true;
  readonly description?: NumberedDescription;
  readonly candidates?: NumberedCandidates;
}

export interface NumberedDescription {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
  /** Rises with every description the sender makes in this life. */
  readonly number: number;
  /** For an answer, the number of the offer it answers. */
  readonly answers?: number;
}

export interface NumberedCandidates {
  /** The number of the description these belong to. */
  readonly of: number;
  readonly list: readonly RTCIceCandidateInit[];
}

/** The typed signal in a relayed payload, or null. */
export function parsePeerSignal(payload: JsonObject): PeerSignal | null {
  const { epoch, life } = payload;
  if (typeof epoch !== 'string' || !isCount(life)) return null;
  const description = parseDescription(payload['description']);
  const candidates = parseCandidates(payload['candidates']);
  return {
    epoch,
    life,
    ...(payload['hello'] === true && { hello: true }),
    ...(description && { description }),
    ...(candidates && { candidates }),
  };
}

/** Gathers what one peer has to say for some milliseconds, so that it costs fewer requests. */
export class Outbox {
  readonly #post: (content: Omit<PeerSignal, 'epoch' | 'life'>) => Promise<void>;
  #description: NumberedDescription | null = null;
  #candidates: { of: number; list: RTCIceCandidateInit[] } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #posting = false;
  #closed = false;

  constructor(post: (content: Omit<PeerSignal, 'epoch' | 'life'>) => Promise<void>) {
    this.#post = post;
  }

  describe(description: NumberedDescription): void {
    this.#description = description;
    clearTimeout(this.#timer); // candidates alone would have waited longer
    this.#timer = undefined;
    this.#schedule(GATHER_FIRST);
  }

  candidate(of: number, candidate: RTCIceCandidateInit): void {
    if (this.#candidates?.of !== of) this.#candidates = { of, list: [] };
    this.#candidates.list.push(candidate);
    this.#schedule(GATHER_MORE);
  }

  /** Forgets what is unsaid. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(delay: number): void {
    if (this.#timer !== undefined || this.#posting || this.#closed) return;
    this.#timer = setTimeout(() => void this.#flush(), delay);
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    const description = this.#description;
    const candidates = this.#candidates;
    this.#description = null;
    this.#candidates = null;
    this.#posting = true;
    await this.#post({ ...(description && { description }), ...(candidates && { candidates }) });
    this.#posting = false;
    if (this.#description || this.#candidates) this.#schedule(0);
  }
}

function parseDescription(value: unknown): NumberedDescription | null {
  const it = parseObject(value);
  if (!it || typeof it['sdp'] !== 'string' || !isCount(it['number'])) return null;
  const { type, sdp, number, answers } = it;
  if (type === 'offer') return { type, sdp, number };
  return type === 'answer' && isCount(answers) ? { type, sdp, number, answers } : null;
}

function parseCandidates(value: unknown): NumberedCandidates | null {
  const it = parseObject(value);
  if (!it || !isCount(it['of']) || !Array.isArray(it['list'])) return null;
  const list = it['list'].map(parseObject);
  return list.every((candidate) => typeof candidate?.['candidate'] === 'string')
    ? { of: it['of'], list: list as RTCIceCandidateInit[] }
    : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
