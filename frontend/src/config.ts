import { type Config, parseConfig } from './contract.ts';

const DEFAULT: Config = { api: '', demonstration: [] };
const CONFIG_TIMEOUT = 5_000; // ms

/** The page's settings from `config.json` beside it; without a readable one, the same origin. */
export async function loadConfig(): Promise<Config> {
  try {
    const response = await fetch('config.json', { signal: AbortSignal.timeout(CONFIG_TIMEOUT) });
    return parseConfig(await response.json()) ?? DEFAULT;
  } catch {
    return DEFAULT;
  }
}
