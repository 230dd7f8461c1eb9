/** The times of new requests to functions that are away. */
import { ApiError, pauseAfter } from '../wire/api.ts';

const RETRY_INTERVAL = 3_000; // ms between attempts while the functions are away

/**
 * Whether `error` says that the functions could not answer, so that another try may help: no
 * answer, an answer that is not theirs (a captive portal's or a proxy's page), or a status above
 * 429.
 */
export function isAway(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.code.startsWith('video-')) return false;
  if (error.code === 'unexpected-answer') return true;
  return error.status === 0 || error.status > 429;
}

/** The wait before another try after `error`, in ms. */
export function retryDelay(error: unknown): number {
  return pauseAfter(error, RETRY_INTERVAL);
}

/** Resolves when it is time to ask again after `error`. */
export function pause(error: unknown): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, retryDelay(error)));
}
