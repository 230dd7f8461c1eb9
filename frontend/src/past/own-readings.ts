/** All readings of us in this stay, kept only by this page. */

import { frameOf, type Sight } from '../room/sight.ts';
import type { Expression, Face, UnreadReason } from '../wire/contract.ts';

/** The most readings kept; at the live pace more than eight hours. */
export const READINGS_MAX = 15_000;

/**
 * One picture of ours, and its result. Times are milliseconds since the Unix epoch, by the functions'
 * clock; `receivedAt` is by this page's time.
 */
export interface OwnReading {
  readonly frame: string;
  readonly receivedAt: number;
  /** When the picture was taken and when it was read; null if it gave no reading. */
  readonly capturedAt: number | null;
  readonly readAt: number | null;
  readonly reader: string | null;
  readonly faces: readonly Face[];
  readonly unread: UnreadReason | null;
  /**
   * Our own word, if the reading was wrong. For later pictures the functions send our word with scores
   * of its own, in place of the reader's.
   */
  readonly correction: Expression | null;
}

/** The readings with one more. */
export function addReading(readings: readonly OwnReading[], sight: Sight): readonly OwnReading[] {
  return [...readings, ownReading(sight)].slice(-READINGS_MAX);
}

/** The readings with our own word for the last one, if it is of that frame. */
export function withCorrection(
  readings: readonly OwnReading[],
  frame: string,
  correction: Expression,
): readonly OwnReading[] {
  const last = readings.at(-1);
  if (last?.frame !== frame || last.correction === correction) return readings;
  return [...readings.slice(0, -1), { ...last, correction }];
}

function ownReading(sight: Sight): OwnReading {
  const { reading, unread } = sight;
  return {
    frame: frameOf(sight),
    receivedAt: sight.receivedAt,
    capturedAt: reading?.capturedAt ?? null,
    readAt: reading?.readAt ?? null,
    reader: reading?.reader ?? null,
    faces: reading?.faces ?? [],
    unread: unread?.reason ?? (reading?.faces.length === 0 ? 'no-face' : null),
    correction: null,
  };
}
