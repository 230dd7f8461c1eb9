// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openDemonstration } from './demonstration.ts';
import type { StayPorts } from './ports.ts';
import { Stay } from './stay.ts';

const drawImage = vi.fn();
const track = { stop: vi.fn() };

beforeEach(() => {
  vi.useFakeTimers();
  const canvas = {
    getContext: () => ({ fillRect: () => undefined, drawImage }),
    captureStream: () => ({ getVideoTracks: () => [track] }),
  };
  vi.spyOn(document, 'createElement').mockReturnValue(canvas as unknown as HTMLElement);
  vi.spyOn(HTMLImageElement.prototype, 'decode').mockResolvedValue();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A demonstration of two photographs, and the stay it has in the room. */
async function demonstrate() {
  const ended = signal<string | null>(null);
  const leave = vi.fn(() => {
    ended.value = 'left';
  });
  const stay = { room: signal({ self: 'p' }), ended, leave, captureNow: vi.fn() };
  vi.spyOn(Stay, 'join').mockResolvedValue(stay as unknown as Stay);
  const invitation = { room: 'r', name: 'Demonstration' };
  const demonstration = await openDemonstration(['a', 'b'], {} as StayPorts, invitation);
  return { demonstration, stay };
}

it('is captured when it shows another picture, twice, as a changed expression needs', async () => {
  const { stay } = await demonstrate();
  vi.advanceTimersByTime(7_900);
  expect(stay.captureNow).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2_000);
  expect(stay.captureNow).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(8_000);
  expect(stay.captureNow).toHaveBeenCalledTimes(4); // nobody is another picture, too
});

it('is not captured any more after its end', async () => {
  const { demonstration, stay } = await demonstrate();
  vi.advanceTimersByTime(8_100);
  demonstration.stop();
  vi.advanceTimersByTime(2_000);
  expect(stay.captureNow).not.toHaveBeenCalled();
});

it('ends painting and its camera with its stay', async () => {
  const { demonstration } = await demonstrate();
  demonstration.stop();
  expect(demonstration.ended.value).toBe(true);
  expect(track.stop).toHaveBeenCalled();
  drawImage.mockClear();
  vi.advanceTimersByTime(20_000);
  expect(drawImage).not.toHaveBeenCalled();
});
