// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { now } from '../../time/page-time.ts';
import { clock } from './clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('tells the present while something shows it, and runs no timer before and after', () => {
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(60_000);
  const seen: number[] = [];
  const stop = clock.subscribe((time) => seen.push(time));
  expect(seen.at(-1)).toBe(now());
  vi.advanceTimersByTime(1_000);
  expect(seen.at(-1)).toBe(now());
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

it.each([
  ['no', null, 0],
  ['a', {}, 1_000],
])('goes on behind another tab for %s small window: its emoji must fade', (_, window, passed) => {
  const began = now();
  const stop = clock.subscribe(() => undefined);
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  vi.stubGlobal('documentPictureInPicture', { window });
  vi.advanceTimersByTime(1_000);
  expect(clock.value).toBe(began + passed);
  stop();
});
