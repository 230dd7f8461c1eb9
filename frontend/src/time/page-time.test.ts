import { describe, expect, it } from 'vitest';
import { PageTime } from './page-time.ts';

const HOUR = 3_600_000;

function machine() {
  const clocks = { at: 1_800_000_000_000, running: 5 };
  const time = new PageTime({ wall: () => clocks.at, monotonic: () => clocks.running });
  const pass = (ms: number) => {
    clocks.at += ms;
    clocks.running += ms;
  };
  const sleep = (ms: number) => {
    clocks.at += ms;
  };
  const setClock = (ms: number) => {
    clocks.at += ms;
  };
  return { clocks, time, pass, sleep, setClock };
}

describe('the time of a page', () => {
  it('begins with the wall clock and passes with it', () => {
    const { clocks, time, pass } = machine();
    expect(time.now()).toBe(clocks.at);
    pass(2_000);
    expect(time.now()).toBe(clocks.at);
  });

  it.each([-HOUR, -600_000, -500])('does not run back with a clock set by %i ms', (step) => {
    const { time, pass, setClock } = machine();
    const before = time.now();
    setClock(step);
    expect(time.now()).toBe(before);
    pass(2_000);
    expect(time.now()).toBe(before + 2_000);
    setClock(-step / 2);
    expect(time.now()).toBeGreaterThanOrEqual(before + 2_000);
  });

  it('counts the time the machine slept, once', () => {
    const { time, pass, sleep } = machine();
    const before = time.now();
    sleep(HOUR);
    expect(time.now()).toBe(before + HOUR);
    pass(1_000);
    expect(time.now()).toBe(before + HOUR + 1_000);
  });

  it('shows times as the wall clock is set now', () => {
    const { clocks, time, pass, setClock } = machine();
    const at = time.now();
    pass(60_000);
    setClock(-600_000);
    expect(time.onTheWall(at)).toBe(clocks.at - 60_000);
  });
});
