import { abortAfter } from '../wire/abort.ts';
import { WAYS, type Ways } from '../wire/contract.ts';
import { list, parseObject, textOrNull } from '../wire/guards.ts';

/** The page's settings, as in `config.json` (`infra/site_config.py` writes it). */
export interface Config {
  /** Where the functions are; empty when they share the page's origin. */
  readonly api: string;
  /** The pictures of a demonstration participant; none if the site offers no demonstration. */
  readonly demonstration: readonly string[];
  /** Which ways of reading there are. */
  readonly reading: Ways;
  /** What whoever deployed this declares of its use, in their own words; null for nothing. */
  readonly declaration: string | null;
}

const DEFAULT: Config = { api: '', demonstration: [], reading: 'choice', declaration: null };
const CONFIG_TIMEOUT = 5_000; // ms

/**
 * The page's settings from `config.json`. Without a valid one within 5 s it returns the defaults:
 * the functions at the page's origin, and a choice of who reads. It never rejects.
 */
export async function loadConfig(): Promise<Config> {
  try {
    const response = await fetch('config.json', { signal: abortAfter(CONFIG_TIMEOUT) });
    return parseConfig(await response.json()) ?? DEFAULT;
  } catch {
    return DEFAULT;
  }
}

/** The settings in the JSON of `config.json`; null if a value is missing or wrong. */
export function parseConfig(value: unknown): Config | null {
  const it = parseObject(value);
  const demonstration = list(it?.['demonstration'] ?? [], textOrNull);
  const api = it?.['api'];
  const reading = WAYS.find((known) => known === (it?.['reading'] ?? 'choice'));
  if (typeof api !== 'string' || !demonstration || !reading) return null;
  const declaration = textOrNull(it?.['declaration'])?.trim() || null;
  return { api, demonstration, reading, declaration };
}
