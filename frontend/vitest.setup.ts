// What every test file starts with. The bound only turns what never happens into a failure; it is
// no limit of speed.
import { vi } from 'vitest';

const PATIENCE = 60_000; // ms
const waitFor = vi.waitFor;

vi.waitFor = (condition, options) =>
  waitFor(condition, typeof options === 'number' ? options : { timeout: PATIENCE, ...options });
