/** Makes a JPEG of a given size; in the capture worker, or in the page if the worker fails. */

const JPEG_QUALITY = 0.8;
const PROBE_SIDE = 8; // px
const PROBE_COLOURS = [
  [16, 64, 128],
  [200, 120, 40],
] as const;
const NOISE_LIMIT = 24; // of 255, the mean over the probe; browsers that add a little change one or two

export type Picture = HTMLVideoElement | VideoFrame | ImageBitmap;

/** Why a running camera's picture cannot be taken. */
export type CaptureFault = 'black' | 'unsupported' | 'noise';

/** A running camera gives no picture. */
export class CaptureError extends Error {
  readonly fault: CaptureFault;

  constructor(fault: CaptureFault) {
    super(`No picture can be taken: ${fault}.`);
    this.name = 'CaptureError';
    this.fault = fault;
  }
}

type Canvas = OffscreenCanvas | HTMLCanvasElement;

/** Draws and encodes one picture at a time; both throw or reject with `CaptureError`. */
export class JpegEncoder {
  #canvas: Canvas | null = null;
  /** Whether a test showed that this browser returns the drawn picture. */
  #honest = false;

  /** The picture is drawn when this returns; only encoding takes longer. */
  encode(picture: Picture, width: number, height: number): Promise<Blob> {
    this.#honest ||= givesBackWhatIsDrawn();
    if (!this.#honest) throw new CaptureError('noise');
    if (this.#canvas?.width !== width || this.#canvas.height !== height) {
      this.#canvas = newCanvas(width, height);
    }
    contextOf(this.#canvas).drawImage(picture, 0, 0, width, height);
    return blobOf(this.#canvas);
  }
}

/**
 * Draws two known colours and reads them back. A browser that resists fingerprinting gives noise or
 * white in place of every picture, until the person allows this page to extract canvas data.
 */
export function givesBackWhatIsDrawn(): boolean {
  const context = contextOf(newCanvas(PROBE_SIDE, PROBE_SIDE));
  const half = PROBE_SIDE / 2;
  PROBE_COLOURS.forEach((colour, row) => {
    context.fillStyle = `rgb(${colour.join(' ')})`;
    context.fillRect(0, row * half, PROBE_SIDE, half);
  });
  const { data } = context.getImageData(0, 0, PROBE_SIDE, PROBE_SIDE);
  let difference = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = PROBE_COLOURS[at < data.length / 2 ? 0 : 1];
    difference += Math.abs((data[at] ?? 0) - red);
    difference += Math.abs((data[at + 1] ?? 0) - green);
    difference += Math.abs((data[at + 2] ?? 0) - blue);
  }
  return difference / ((data.length / 4) * 3) < NOISE_LIMIT;
}

function newCanvas(width: number, height: number): Canvas {
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(width, height);
  if (typeof document === 'undefined') throw new CaptureError('unsupported');
  return Object.assign(document.createElement('canvas'), { width, height });
}

function contextOf(canvas: Canvas): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new CaptureError('unsupported');
  return context as OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;
}

function blobOf(canvas: Canvas): Promise<Blob> {
  if ('convertToBlob' in canvas) {
    return canvas.convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY });
  }
  return new Promise((resolve, reject) => {
    const take = (blob: Blob | null) =>
      blob ? resolve(blob) : reject(new CaptureError('unsupported'));
    canvas.toBlob(take, 'image/jpeg', JPEG_QUALITY);
  });
}
