import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { abortAfter } from './abort.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a time limit', () => {
  it('aborts when it has passed, and not before', () => {
    const signal = abortAfter(1_000);
    vi.advanceTimersByTime(999);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('aborts with another signal, also one that already was', () => {
    const other = new AbortController();
    const signal = abortAfter(1_000, other.signal);
    expect(signal.aborted).toBe(false);
    other.abort();
    expect(signal.aborted).toBe(true);
    expect(abortAfter(1_000, AbortSignal.abort()).aborted).toBe(true);
  });

  it('leaves nothing at a signal that outlives it', () => {
    const { signal } = new AbortController();
    const [add, remove] = [
      vi.spyOn(signal, 'addEventListener'),
      vi.spyOn(signal, 'removeEventListener'),
    ];
    abortAfter(1_000, signal);
    vi.advanceTimersByTime(1_000);
    expect(remove).toHaveBeenCalledExactlyOnceWith('abort', add.mock.calls[0]?.[1]);
  });

  it('needs neither AbortSignal.any nor AbortSignal.timeout', () => {
    vi.stubGlobal('AbortSignal', class {});
    expect(abortAfter(1_000).aborted).toBe(false);
    vi.unstubAllGlobals();
  });
});
