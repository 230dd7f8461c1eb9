/** Everything that was read of us in this stay, kept by this page alone. */
import type { Expression, Face, UnreadReason } from './contract.ts';
import { frameOf, type Sight } from './overlay.ts';

/** The most readings kept; at the live pace more than eight hours. */
export const READINGS_MAX = 15_000;

/** One picture of ours, and what came of it. Times are milliseconds since the Unix epoch. */
export interface OwnReading {
  readonly frame: string;
  readonly receivedAt: number;
  /** When the picture was taken and when it was read; null where it gave no reading. */
  readonly capturedAt: number | null;
  readonly readAt: number | null;
  readonly reader: string | null;
  readonly faces: readonly Face[];
  readonly unread: UnreadReason | null;
  /**
   * The word we chose ourselves, where the reading was wrong. For the pictures after it the functions
   * send our word with scores of its own, in place of the reader's.
   */
  readonly correction: Expression | null;
}

/** The readings with one more. */
export function addReading(readings: readonly OwnReading[], sight: Sight): readonly OwnReading[] {
  return [...readings, ownReading(sight)].slice(-READINGS_MAX);
}

/** The readings with our own word for the last one, where it is of that frame. */
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
