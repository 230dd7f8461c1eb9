import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../wire/api.ts';
import { CONFIRM_PAUSE, LIVE_INTERVAL, Pace } from './pace.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A pace that may take frames; each is named by its number. */
function loop() {
  const state = { allowed: true, random: false, fails: false, spent: false };
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
  const pace = new Pace({
    allowed: () => state.allowed,
    random: () => state.random,
    send,
    report,
    now: Date.now,
  });
  return {
    pace,
    send,
    report,
    state,
    aborts,
    settle: () => pace.settle(String(number).padStart(13, '0')),
  };
}

describe('taking frames', () => {
  it('takes one at once and then one every two seconds, while each is answered', async () => {
    const { pace, send, settle } = loop();
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(send).toHaveBeenCalledTimes(1);
    settle();
    await vi.advanceTimersByTimeAsync(LIVE_INTERVAL - 10);
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('keeps one frame in flight: the next waits for the answer, at most five seconds', async () => {
    const { pace, send } = loop();
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('does not wait for an answer that came before the upload was confirmed', async () => {
    const { pace, send } = loop();
    pace.settle('0000000000001');
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(LIVE_INTERVAL + 10);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('is not settled by the answer to an older frame', async () => {
    const { pace, send } = loop();
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(10);
    pace.settle('0000000000000');
    await vi.advanceTimersByTimeAsync(LIVE_INTERVAL);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('takes one when asked, also when not live', async () => {
    const { pace, send, settle } = loop();
    pace.captureNow();
    await vi.advanceTimersByTimeAsync(0);
    settle();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('takes the one asked for right after the one in flight', async () => {
    const { pace, send, settle } = loop();
    pace.captureNow();
    pace.captureNow();
    await vi.advanceTimersByTimeAsync(100);
    expect(send).toHaveBeenCalledTimes(1);
    settle();
    await vi.advanceTimersByTimeAsync(0);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('takes the one asked for as soon as there is a ticket for it again', async () => {
    const { pace, send, state, settle } = loop();
    state.spent = true;
    pace.captureNow();
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
    const { pace, send, state } = loop();
    state.spent = true;
    pace.captureNow();
    await vi.advanceTimersByTimeAsync(15_000);
    send.mockClear();
    state.spent = false;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(send).not.toHaveBeenCalled();
  });

  it('takes none while not allowed, and forgets what was asked then', async () => {
    const { pace, send, state } = loop();
    state.allowed = false;
    pace.setLive(true);
    pace.captureNow();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).not.toHaveBeenCalled();
    pace.setLive(false);
    state.allowed = true;
    pace.check();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).not.toHaveBeenCalled();
  });

  it('aborts the frame in flight the moment it is not allowed any more', async () => {
    const { pace, aborts, state, report } = loop();
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(0);
    report.mockClear();
    state.allowed = false;
    pace.check();
    expect(aborts[0]?.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(aborts).toHaveLength(1);
    expect(report).not.toHaveBeenCalled();
  });

  it('slows down while frames fail, and reports each failure', async () => {
    const { pace, send, state, report, settle } = loop();
    state.fails = true;
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(send.mock.calls.length).toBeLessThanOrEqual(4);
    expect(report).toHaveBeenLastCalledWith(new Error('refused'));
    state.fails = false;
    await vi.advanceTimersByTimeAsync(16_000);
    expect(report).toHaveBeenLastCalledWith(null);
    settle();
  });

  it('takes none before the functions want one again, however often it is asked', async () => {
    const { pace, send, settle } = loop();
    send.mockRejectedValueOnce(new ApiError(429, 'too-many-frames', '', 50_000));
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(0);
    for (let time = 0; time < 49; time += 1) {
      pace.captureNow();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_010);
    expect(send).toHaveBeenCalledTimes(2);
    settle();
  });

  it('begins at no certain time and keeps no beat where times must say nothing', async () => {
    const starts: number[][] = [];
    for (let person = 0; person < 40; person += 1) {
      const { pace, send, state, settle } = loop();
      state.random = true;
      const came = Date.now();
      const times: number[] = [];
      send.mockImplementation(async () => {
        times.push(Date.now() - came);
        return null;
      });
      pace.setLive(true);
      await vi.advanceTimersByTimeAsync(60_000);
      settle();
      pace.stop();
      starts.push(times);
    }
    const firsts = starts.map(([first]) => first ?? 0);
    expect(new Set(firsts).size).toBeGreaterThan(30);
    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(1_000);
    const pauses = starts.flatMap((times) => times.slice(1).map((at, n) => at - (times[n] ?? 0)));
    const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
    expect(mean).toBeGreaterThan(1_800);
    expect(mean).toBeLessThan(2_200);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(6_000);
  });

  it('is read, when everyone is asked, at no certain time where times must say nothing', async () => {
    const delays: number[] = [];
    for (let person = 0; person < 40; person += 1) {
      const { pace, send, state } = loop();
      state.random = true;
      const asked = Date.now();
      send.mockImplementation(async () => {
        delays.push(Date.now() - asked);
        return '0000000000001';
      });
      pace.captureNow();
      await vi.advanceTimersByTimeAsync(700);
      pace.captureNow(); // somebody else asks, too: the first answer serves both, or comes later
      await vi.advanceTimersByTimeAsync(1_000);
      pace.stop();
    }
    const firsts = new Set(delays);
    expect(firsts.size).toBeGreaterThan(30);
    expect(Math.max(...firsts)).toBeLessThanOrEqual(1_500);
    expect(Math.max(...firsts) - Math.min(...firsts)).toBeGreaterThan(1_000);
  });

  it('begins anew, after a random pause, when the mode changes or reading is allowed again', async () => {
    const { pace, send, state, settle } = loop();
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(0);
    settle();
    state.random = true;
    pace.check();
    await vi.advanceTimersByTimeAsync(990);
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(5_100);
    expect(send.mock.calls.length).toBeGreaterThan(1);
    state.allowed = false;
    pace.check();
    const before = send.mock.calls.length;
    await vi.advanceTimersByTimeAsync(30_000);
    state.allowed = true;
    pace.check();
    await vi.advanceTimersByTimeAsync(990);
    expect(send.mock.calls.length).toBe(before);
  });
});

describe('confirming a reading that looks different', () => {
  it('takes one frame ahead of time, and then goes on at the usual pace', async () => {
    const { pace, send, settle } = loop();
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(0);
    settle();
    pace.confirm();
    pace.confirm();
    await vi.advanceTimersByTimeAsync(CONFIRM_PAUSE - 10);
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(send).toHaveBeenCalledTimes(2);
    settle();
    await vi.advanceTimersByTimeAsync(LIVE_INTERVAL - 20);
    expect(send).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(40);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it('never does so at a random pace, nor when asked for frames only', async () => {
    const { pace, send, settle, state } = loop();
    state.random = true;
    pace.setLive(true);
    await vi.advanceTimersByTimeAsync(7_000);
    settle();
    const before = send.mock.calls.length;
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    pace.confirm();
    await vi.advanceTimersByTimeAsync(CONFIRM_PAUSE + 100);
    expect(send.mock.calls.length - before).toBeLessThanOrEqual(1);
    pace.setLive(false);
    state.random = false;
    const still = send.mock.calls.length;
    pace.confirm();
    await vi.advanceTimersByTimeAsync(CONFIRM_PAUSE * 2);
    expect(send).toHaveBeenCalledTimes(still);
  });
});
