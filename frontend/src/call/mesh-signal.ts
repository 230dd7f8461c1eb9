/** The posts of the two ends of a mesh connection, through the functions. */
import type { JsonObject } from '../wire/contract.ts';
import { parseObject } from '../wire/guards.ts';

/** One item for the other end: a description, or some candidates. */
export type Item =
  | { readonly description: Description; readonly candidates?: undefined }
  | { readonly candidates: readonly RTCIceCandidateInit[]; readonly description?: undefined };

/** An offer or answer (SDP), as `RTCSessionDescriptionInit`. */
export interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/**
 * One post. It repeats all items that the other end has not confirmed yet. So a lost, doubled or
 * late post does no harm: `Signalling` says why.
 */
export interface Post {
  /** The number of the sender's connection; a later connection has a higher one. */
  readonly connection: number;
  /** The number of the receiver's connection that it is for; 0 while the sender knows none. */
  readonly pairedWith: number;
  /** How many items of that connection the sender has taken. */
  readonly taken: number;
  /** The number of the first item in `items`; a connection counts its items from 1. */
  readonly first: number;
  readonly items: readonly Item[];
}

/** The post in a relayed payload; null if there is none. */
export function parsePost(payload: JsonObject): Post | null {
  const { connection, pairedWith, taken, first, items } = payload;
  if (!isCount(connection) || !isCount(pairedWith) || !isCount(taken) || !isCount(first)) {
    return null;
  }
  if (connection < 1 || first < 1 || !Array.isArray(items)) return null;
  const parsed = items.map(parseItem).filter((item) => item !== null);
  return parsed.length === items.length
    ? { connection, pairedWith, taken, first, items: parsed }
    : null;
}

function parseItem(value: unknown): Item | null {
  const it = parseObject(value);
  const description = parseObject(it?.['description']);
  if (description) {
    const { type, sdp } = description;
    if (typeof sdp !== 'string' || (type !== 'offer' && type !== 'answer')) return null;
    return { description: { type, sdp } };
  }
  if (!Array.isArray(it?.['candidates'])) return null;
  const candidates = it['candidates'].map(parseObject);
  return candidates.every((candidate) => typeof candidate?.['candidate'] === 'string')
    ? { candidates: candidates as RTCIceCandidateInit[] }
    : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
