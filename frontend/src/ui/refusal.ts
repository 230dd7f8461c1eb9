import type { ApiError } from '../api.ts';
import { strings } from '../strings.ts';

/** A refused request in plain words; the functions' own words for a code the page does not know. */
export function refusalWords(error: ApiError | null): string {
  if (!error) return strings.refused.unreachable;
  const known: Readonly<Record<string, string>> = strings.refused;
  return known[error.code] ?? error.message;
}
