import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CaptureError } from '../jpeg.ts';
import { DeviceReader, LoadError } from './device-reader.ts';

/** A worker that has started, and answers no picture. */
class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage = (_: { data: unknown }) => undefined;
  jobs = 0;
  ended = false;

  constructor() {
    FakeWorker.all.push(this);
    setTimeout(() => this.onmessage({ data: { ready: true } }));
  }

  postMessage(): void {
    this.jobs += 1;
  }

  terminate(): void {
    this.ended = true;
  }
}

beforeEach(() => {
  FakeWorker.all = [];
  vi.stubGlobal('Worker', FakeWorker);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const load = () => DeviceReader.load(() => undefined, new AbortController().signal);
const picture = () => ({ close: vi.fn() }) as unknown as ImageBitmap;

it('fetches nothing where the choice was taken back before it began', async () => {
  const loading = DeviceReader.load(() => undefined, AbortSignal.abort());
  await expect(loading).rejects.toBeInstanceOf(LoadError);
  expect(FakeWorker.all).toEqual([]);
});

it('gives up all pictures in work when it is closed: ours, and those of a demonstration', async () => {
  const reader = await load();
  const reads = [reader.read(picture(), 640, 480), reader.read(picture(), 640, 480)];
  reader.close();
  const outcomes = await Promise.allSettled(reads);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(CaptureError) });
  }
  expect(FakeWorker.all.map(({ ended }) => ended)).toEqual([true]);
});

it('takes no picture after that, and lets go of it at once', async () => {
  const reader = await load();
  reader.close();
  const late = picture();
  await expect(reader.read(late, 640, 480)).rejects.toBeInstanceOf(CaptureError);
  expect(late.close).toHaveBeenCalledOnce();
  expect(FakeWorker.all[0]?.jobs).toBe(0);
});
