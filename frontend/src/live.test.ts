import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIVE_INTERVAL, LiveReading } from './live.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A reading loop that may take frames; each is named by its number. */
function loop() {
  const state = { allowed: true, fails: false, spent: false };
  let number = 0;
  const aborts: AbortSignal[] = [];
  const send = vi.fn(async (abort: AbortSignal): Promise<string | null> => {
    aborts.push(abort);
    number += 1;
    if (state.spent) return null;
    if (state.fails) throw new Error('refused');
    return String(number).padStart(13, '0');
  });
  const report = vi.fn();
  const live = new LiveReading({ allowed: () => state.allowed, send, report, now: Date.now });
  return {
    live,
    send,
    report,
    state,
    aborts,
    settle: () => live.settle(String(number).padStart(13, '0')),
  };
}

describe('taking frames', () => {
  it('takes one at once and then one every two seconds, while each is answered', async () => {
    const { live, send, settle } = loop();
    live.setLive(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(send).toHaveBeenCalledTimes(1);
    settle();
    await vi.advanceTimersByTimeAsync(LIVE_INTERVAL - 10);
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('keeps one frame in flight: the next waits for the answer, at most five seconds', async () => {
    const { live, send } = loop();
    live.setLive(true);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('does not wait for an answer that came before the upload was confirmed', async () => {
    const { live, send } = loop();
    live.settle('0000000000001');
    live.setLive(true);
    await vi.advanceTimersByTimeAsync(LIVE_INTERVAL + 10);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('is not settled by the answer to an older frame', async () => {
    const { live, send } = loop();
    live.setLive(true);
    await vi.advanceTimersByTimeAsync(10);
    live.settle('0000000000000');
    await vi.advanceTimersByTimeAsync(LIVE_INTERVAL);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('takes one when asked, also when not live', async () => {
    const { live, send, settle } = loop();
    live.captureNow();
    await vi.advanceTimersByTimeAsync(0);
    settle();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('takes the one asked for right after the one in flight', async () => {
    const { live, send, settle } = loop();
    live.captureNow();
    live.captureNow();
    await vi.advanceTimersByTimeAsync(100);
    expect(send).toHaveBeenCalledTimes(1);
    settle();
    await vi.advanceTimersByTimeAsync(0);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('takes the one asked for as soon as there is a ticket for it again', async () => {
    const { live, send, state, settle } = loop();
    state.spent = true;
    live.captureNow();
    await vi.advanceTimersByTimeAsync(2_500);
    state.spent = false;
    await vi.advanceTimersByTimeAsync(1_000);
    const sent = send.mock.calls.length;
    expect(await send.mock.results.at(-1)?.value).not.toBeNull();
    settle();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(send).toHaveBeenCalledTimes(sent);
  });

  it('gives up the one asked for when there is nothing to send for long', async () => {
    const { live, send, state } = loop();
    state.spent = true;
    live.captureNow();
    await vi.advanceTimersByTimeAsync(15_000);
    send.mockClear();
    state.spent = false;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(send).not.toHaveBeenCalled();
  });

  it('takes none while not allowed, and forgets what was asked then', async () => {
    const { live, send, state } = loop();
    state.allowed = false;
    live.setLive(true);
    live.captureNow();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).not.toHaveBeenCalled();
    live.setLive(false);
    state.allowed = true;
    live.check();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).not.toHaveBeenCalled();
  });

  it('aborts the frame in flight the moment it is not allowed any more', async () => {
    const { live, aborts, state, report } = loop();
    live.setLive(true);
    await vi.advanceTimersByTimeAsync(0);
    report.mockClear();
    state.allowed = false;
    live.check();
    expect(aborts[0]?.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(aborts).toHaveLength(1);
    expect(report).not.toHaveBeenCalled();
  });

  it('slows down while frames fail, and reports each failure', async () => {
    const { live, send, state, report, settle } = loop();
    state.fails = true;
    live.setLive(true);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(send.mock.calls.length).toBeLessThanOrEqual(4);
    expect(report).toHaveBeenLastCalledWith(new Error('refused'));
    state.fails = false;
    await vi.advanceTimersByTimeAsync(16_000);
    expect(report).toHaveBeenLastCalledWith(null);
    settle();
  });
});
