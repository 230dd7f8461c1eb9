/**
 * A participant's last sight: which one counts, how old it is, how strongly it shows.
 *
 * Times are milliseconds.
 */
import type { Face, Reading, Unread } from '../wire/contract.ts';
import type { SteadyFaces } from './steady.ts';

/** A reading or an unread, and when this page received it. */
export type Sight = { readonly receivedAt: number } & (
  | { readonly reading: Reading; readonly unread?: undefined }
  | { readonly unread: Unread; readonly reading?: undefined }
);

/** A sight, and its faces as shown; the faces outlast a frame that gave no reading. */
export type SteadySight = Sight & { readonly steadied: SteadyFaces | undefined };

const FRESH_FOR = 4_000; // ms a reading stays at full strength
/** The age at which a reading is no longer shown, in ms. */
export const GONE_AFTER = 12_000;
const FADED = 0.35; // opacity just before it vanishes
// ms, the most that the time of reading adds to an age. The browser's clock times the picture, the
// functions' clock the reading; a slow clock must not make every new reading old.
const TOOK_AT_MOST = 3_000;

/** Whether `next` comes after `lastFrame`; frame numbers give the order, not arrival. */
export function isNewer(lastFrame: string | undefined, next: Sight): boolean {
  return lastFrame === undefined || frameOf(next) > lastFrame;
}

/** The frame a sight came from. */
export function frameOf(sight: Sight): string {
  return sight.reading?.frame ?? sight.unread?.frame ?? '';
}

/** A sight's age in ms: the time since it reached us, by our clock, plus what reading took. */
export function ageOf({ reading, receivedAt }: Sight, now: number): number {
  const took = reading ? Math.max(0, reading.readAt - reading.capturedAt) : 0;
  return Math.max(0, now - receivedAt) + Math.min(took, TOOK_AT_MOST);
}

/** 1 while fresh, then fading, 0 when gone. */
export function strengthAt(age: number): number {
  if (age >= GONE_AFTER) return 0;
  if (age <= FRESH_FOR) return 1;
  return 1 - (1 - FADED) * ((age - FRESH_FOR) / (GONE_AFTER - FRESH_FOR));
}

/** The faces to show of a sight. */
export function shownFaces(sight: SteadySight): SteadyFaces['faces'] {
  return (sight.reading && sight.steadied?.faces) ?? [];
}

/** The faces of a sight that are not unsure. */
export function clearFaces(sight: SteadySight): readonly Face[] {
  return shownFaces(sight)
    .map(({ shown }) => shown)
    .filter(({ unsure }) => !unsure);
}
