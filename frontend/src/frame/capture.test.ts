// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FrameCapture } from './capture.ts';
import { JpegEncoder } from './jpeg.ts';
import type { EncodeJob } from './jpeg-worker.ts';

const CAMERA = { readyState: 'live', enabled: true, muted: false } as MediaStreamTrack;
const JPEG = new Blob(['jpeg']);

/** What the worker does with each picture. */
const work = vi.fn<(job: EncodeJob) => void>();
const terminate = vi.fn();
let video: HTMLElement & { videoWidth: number; videoHeight: number };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); // no answer is waited for
  work.mockReset();
  terminate.mockReset();
  vi.stubGlobal(
    'Worker',
    class {
      postMessage = work;
      terminate = terminate;
    },
  );
  vi.stubGlobal('MediaStream', class {});
  vi.stubGlobal('createImageBitmap', async () => ({}));
  video = Object.assign(document.createElement('div'), {
    play: async () => undefined,
    videoWidth: 1_280,
    videoHeight: 720,
    requestVideoFrameCallback: (arrived: () => void) => queueMicrotask(arrived),
  });
  vi.spyOn(document, 'createElement').mockReturnValue(video);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A capture of a running camera. */
function running(): FrameCapture {
  const frames = new FrameCapture();
  frames.setTrack(CAMERA);
  return frames;
}

it('captures nothing, at once, when the camera is let go of while its picture is encoded', async () => {
  const frames = running();
  const captured = frames.capture();
  await vi.waitFor(() => expect(work).toHaveBeenCalled());
  frames.setTrack(null);
  expect(await captured).toBeNull();
  expect(terminate).toHaveBeenCalledOnce();
});

it('captures nothing when the camera is let go of before the worker has its picture', async () => {
  const frames = running();
  const handOver = vi.fn(async () => frames.setTrack(null));
  vi.stubGlobal('createImageBitmap', handOver);
  expect(await frames.capture()).toBeNull();
  expect(handOver).toHaveBeenCalled();
});

it('counts no camera let go of as a failure of the worker', async () => {
  const encode = vi.spyOn(JpegEncoder.prototype, 'encode').mockResolvedValue(JPEG);
  const frames = running();
  for (let time = 1; time <= 4; time++) {
    frames.setTrack(CAMERA);
    const captured = frames.capture();
    await vi.waitFor(() => expect(work).toHaveBeenCalledTimes(time));
    frames.setTrack(null);
    await captured;
  }
  work.mockImplementation(({ answer }) => answer.postMessage(JPEG));
  frames.setTrack(CAMERA);
  expect(await frames.capture()).not.toBeNull();
  expect(encode).not.toHaveBeenCalled();
});

it('takes each picture in its own size, also when a phone was turned between two', async () => {
  const sizes: (readonly [number, number])[] = [];
  work.mockImplementation(({ width, height, answer }) => {
    sizes.push([width, height]);
    answer.postMessage(JPEG);
  });
  const frames = running();
  await frames.capture();
  Object.assign(video, { videoWidth: 540, videoHeight: 960 });
  await frames.capture();
  expect(sizes).toEqual([
    [640, 360],
    [540, 960],
  ]);
});
