import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcer } from './announcer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function announcer() {
  const said: string[] = [];
  return { said, announcer: new Announcer((words) => said.push(words)) };
}

describe('announcing', () => {
  it('says who comes and goes in order, one sentence at a time', async () => {
    const { said, announcer: to } = announcer();
    to.event('Zoë joined.');
    to.event('Kim left.');
    await vi.advanceTimersByTimeAsync(100);
    expect(said).toEqual(['Zoë joined.']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(said).toEqual(['Zoë joined.', 'Kim left.']);
  });

  it('says a changing expression at most once in eight seconds, and then the newest', async () => {
    const { said, announcer: to } = announcer();
    to.state('zoe', 'Zoë looks happy.');
    await vi.advanceTimersByTimeAsync(1_000);
    to.state('zoe', 'Zoë looks sad.');
    to.state('zoe', 'Zoë looks surprised.');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(said).toEqual(['Zoë looks happy.']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(said).toEqual(['Zoë looks happy.', 'Zoë looks surprised.']);
  });

  it('does not repeat what has not changed, nor what changed back in time', async () => {
    const { said, announcer: to } = announcer();
    to.state('zoe', 'Zoë looks happy.');
    await vi.advanceTimersByTimeAsync(1_000);
    to.state('zoe', 'Zoë looks sad.');
    to.state('zoe', 'Zoë looks happy.');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toEqual(['Zoë looks happy.']);
  });

  it('neither says nor leaves standing how somebody looks who is not read any more', async () => {
    const { said, announcer: to } = announcer();
    to.state('zoe', 'Zoë looks happy.');
    await vi.advanceTimersByTimeAsync(1_000);
    to.state('zoe', 'Zoë looks sad.');
    to.retain(new Set(['kim']));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toEqual(['Zoë looks happy.', '']);
    to.state('zoe', 'Zoë looks happy.');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(said.at(-1)).toBe('Zoë looks happy.');
  });

  it('leaves standing what was said last about somebody else, or about the call', async () => {
    const { said, announcer: to } = announcer();
    to.state('zoe', 'Zoë looks happy.');
    await vi.advanceTimersByTimeAsync(1_000);
    to.retain(new Set(['zoe']));
    to.event('Zoë left.');
    await vi.advanceTimersByTimeAsync(2_000);
    to.retain(new Set());
    expect(said).toEqual(['Zoë looks happy.', 'Zoë left.']);
  });

  it('lets events go before expressions, and falls silent when stopped', async () => {
    const { said, announcer: to } = announcer();
    to.state('zoe', 'Zoë looks happy.');
    to.event('Kim left.');
    await vi.advanceTimersByTimeAsync(100);
    to.stop();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toEqual(['Kim left.']);
  });
});
