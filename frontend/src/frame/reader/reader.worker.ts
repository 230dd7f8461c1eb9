/** The reader worker: both networks, off the page's own thread. */
import sidecar from '../../../../functions/reader/expression.json';
import { CaptureError, givesBackWhatIsDrawn } from '../jpeg.ts';
import { ExpressionClassifier, parseSidecar } from './classifier.ts';
import { FaceDetector } from './detector.ts';
import { fetchFiles } from './files.ts';
import type { ReadAnswer, ReadJob, WorkerNews } from './jobs.ts';
import { loadNetwork, useRuntime } from './onnx.ts';
import { PictureReader } from './picture-reader.ts';
import { fromRgba, type Pixels } from './pixels.ts';

const say = (news: WorkerNews) => postMessage(news);

const reader = await start();

async function start(): Promise<PictureReader | null> {
  const files = await fetchFiles((bytes) => say({ bytes })).catch(() => null);
  if (!files) {
    say({ failed: 'fetch' });
    return null;
  }
  try {
    useRuntime(files.runtime.buffer);
    const detector = new FaceDetector(await loadNetwork(files.detector));
    const network = await loadNetwork(files.classifier);
    const started = new PictureReader(
      detector,
      new ExpressionClassifier(network, parseSidecar(sidecar)),
    );
    await started.read({ width: 64, height: 64, channels: 3, data: new Uint8Array(64 * 64 * 3) });
    say({ ready: true });
    return started;
  } catch {
    say({ failed: 'start' });
    return null;
  }
}

addEventListener('message', async ({ data }: MessageEvent<ReadJob>) => {
  const { picture, width, height, answer } = data;
  answer.postMessage(await read(picture, width, height).catch(faultOf));
});

async function read(
  picture: ReadJob['picture'],
  width: number,
  height: number,
): Promise<ReadAnswer> {
  const began = performance.now();
  let pixels: Pixels;
  try {
    pixels = pixelsOf(picture, width, height);
  } finally {
    picture.close(); // it is drawn: a camera has few frames to lend
  }
  if (!reader) return { fault: 'failed' };
  const result = await reader.read(pixels);
  return { result, took: performance.now() - began };
}

let canvas: OffscreenCanvas | null = null;
/** Whether this browser was seen to give back what was drawn. */
let honest = false;

function pixelsOf(picture: ReadJob['picture'], width: number, height: number): Pixels {
  honest ||= givesBackWhatIsDrawn();
  if (!honest) throw new CaptureError('noise');
  if (canvas?.width !== width || canvas.height !== height) {
    canvas = new OffscreenCanvas(width, height);
  }
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new CaptureError('unsupported');
  context.drawImage(picture, 0, 0, width, height);
  return fromRgba(context.getImageData(0, 0, width, height).data, width, height);
}

function faultOf(error: unknown): ReadAnswer {
  const noise = error instanceof CaptureError && error.fault === 'noise';
  return { fault: noise ? 'noise' : 'failed' };
}
