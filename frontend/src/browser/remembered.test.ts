// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { rememberedHostSecret, rememberHostSecret } from './remembered.ts';

afterEach(() => {
  vi.useRealTimers();
  localStorage.clear();
});

it('remembers the secrets of our rooms, and lets go of those that are over', () => {
  vi.useFakeTimers({ now: 0 });
  rememberHostSecret('first', 'one');
  vi.setSystemTime(36 * 60 * 60_000);
  rememberHostSecret('second', 'two');
  expect([rememberedHostSecret('first'), rememberedHostSecret('second')]).toEqual(['one', 'two']);
  vi.setSystemTime(49 * 60 * 60_000);
  expect(rememberedHostSecret('first')).toBeUndefined();
  rememberHostSecret('third', 'three');
  expect(JSON.stringify({ ...localStorage })).not.toContain('one');
});

it('keeps no secret for as long as a clock once was ahead, and loses none when it is set right', () => {
  vi.useFakeTimers({ now: Date.UTC(2030) });
  rememberHostSecret('years ahead', 'one');
  vi.setSystemTime(Date.UTC(2026) + 3_600_000);
  rememberHostSecret('an hour ahead', 'two');
  vi.setSystemTime(Date.UTC(2026));
  expect(rememberedHostSecret('years ahead')).toBeUndefined();
  expect(rememberedHostSecret('an hour ahead')).toBe('two');
});

it('takes what somebody else wrote there for nothing', () => {
  localStorage.setItem('hosted', 'null');
  expect(rememberedHostSecret('first')).toBeUndefined();
});
