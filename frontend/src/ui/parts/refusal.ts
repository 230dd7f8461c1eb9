import type { ApiError } from '../../wire/api.ts';
import { strings } from '../../words/strings.ts';

/** A refused request in the page's language, by the code of the functions. */
export function refusalWords(error: ApiError | null): string {
  if (!error) return strings.refused.unreachable;
  const known: Readonly<Record<string, string>> = strings.refused;
  return known[error.code] ?? strings.refused.unexpected;
}
