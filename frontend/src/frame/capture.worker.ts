/** The capture worker: draws and encodes the page's pictures, off the page's own thread. */

import { JpegEncoder } from './jpeg.ts';
import type { EncodeJob } from './jpeg-worker.ts';

const encoder = new JpegEncoder();

addEventListener('message', async ({ data }: MessageEvent<EncodeJob>) => {
  const { picture, width, height, answer } = data;
  try {
    const jpeg = encoder.encode(picture, width, height);
    picture.close(); // it is drawn: a camera has few frames to lend
    answer.postMessage(await jpeg);
  } catch {
    picture.close();
    answer.postMessage(null); // the page encodes by itself
  }
});
