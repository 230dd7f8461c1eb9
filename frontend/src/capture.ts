/** From the participant's own camera track to a JPEG, with as little as possible on the page's thread. */
import { JpegEncoder } from './jpeg.ts';
import { JpegWorker } from './jpeg-worker.ts';

const MAX_WIDTH = 640; // px; faces stay readable and a frame stays below 100 kB
const FIRST_FRAME_TIMEOUT = 3_000; // ms
const NEXT_FRAME_TIMEOUT = 250; // ms; a still source sends no new frame, and its last one is true
const WORKER_PATIENCE = 3; // failures in a row, after which the page encodes by itself
const MEASURE = 'capture'; // what one frame costs the page's thread, for the browser's tools and the bench

/** One JPEG of the camera; `capturedAt` is milliseconds since the Unix epoch. */
export interface CapturedFrame {
  readonly jpeg: Blob;
  readonly capturedAt: number;
}

/** Captures frames of one camera track at a time. */
export class FrameCapture {
  readonly #video = document.createElement('video');
  #track: MediaStreamTrack | null = null;
  /** The track of which a picture has been seen. */
  #seen: MediaStreamTrack | null = null;
  readonly #encoder = new JpegEncoder();
  /** Open while there is a camera and it was captured; null where the page has to encode by itself. */
  #worker: JpegWorker | null | undefined;
  /** How often in a row the worker made no picture. */
  #failures = 0;

  constructor() {
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  /** Chooses the camera to capture from; null lets go of it. */
  setTrack(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#video.srcObject = track ? new MediaStream([track]) : null;
    // A page that may not play it yet tries again with each capture.
    if (track) this.#video.play().catch(() => undefined);
    else this.#closeWorker();
  }

  /**
   * The camera's present picture, at most 640 px wide, unmirrored; null without a running camera,
   * or when it is let go of meanwhile.
   *
   * Rejects when the camera delivers no picture.
   */
  async capture(): Promise<CapturedFrame | null> {
    const track = this.#track;
    if (!isRunning(track)) return null;
    await this.#freshPicture(track);
    if (track !== this.#track || !isRunning(track)) return null;
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, MAX_WIDTH / videoWidth);
    const width = Math.round(videoWidth * scale);
    const height = Math.round(videoHeight * scale);
    const capturedAt = Date.now();
    const jpeg = await this.#encode(width, height);
    return jpeg && { jpeg, capturedAt };
  }

  async #encode(width: number, height: number): Promise<Blob | null> {
    const worker = this.#openWorker();
    if (worker) {
      try {
        const jpeg = await measured(() => this.#handOver(worker, width, height));
        this.#failures = 0;
        return jpeg;
      } catch {
        if (worker !== this.#worker) return null; // the camera was let go of
        this.#failures += 1; // once may be a machine that was asleep, or too busy
        if (this.#failures === WORKER_PATIENCE) {
          worker.close();
          this.#worker = null;
        }
      }
    }
    return measured(() => this.#encoder.encode(this.#video, width, height));
  }

  #handOver(worker: JpegWorker, width: number, height: number): Promise<Blob> {
    const frame = videoFrameOf(this.#video);
    if (frame) return worker.encode(frame, width, height);
    const bitmap = createImageBitmap(this.#video);
    return bitmap.then((picture) => worker.encode(picture, width, height));
  }

  #closeWorker(): void {
    this.#worker?.close();
    if (this.#worker) this.#worker = undefined;
  }

  #openWorker(): JpegWorker | null {
    if (this.#worker === undefined) {
      try {
        this.#worker = new JpegWorker();
      } catch {
        this.#worker = null;
      }
    }
    return this.#worker;
  }

  /** Waits for a picture: before the first a drawing is black, and after a pause it is an old one. */
  async #freshPicture(track: MediaStreamTrack): Promise<void> {
    if (this.#video.paused) await this.#video.play();
    const seen = this.#seen === track;
    const arrived = await nextFrame(this.#video, seen ? NEXT_FRAME_TIMEOUT : FIRST_FRAME_TIMEOUT);
    if (!arrived && !seen) throw new Error('The camera delivers no picture.');
    this.#seen = track;
  }
}

function isRunning(track: MediaStreamTrack | null): track is MediaStreamTrack {
  return track?.readyState === 'live' && track.enabled && !track.muted;
}

/** Does it and leaves in the browser's performance timeline how long the page's thread took. */
function measured<T>(work: () => T): T {
  const start = performance.now();
  try {
    return work();
  } finally {
    performance.clearMeasures(MEASURE); // a call is long, and its timeline must not grow with it
    performance.measure(MEASURE, { start });
  }
}

/** The picture shown now, without copying it; null where the browser cannot, or shows it turned. */
function videoFrameOf(video: HTMLVideoElement): VideoFrame | null {
  if (typeof VideoFrame === 'undefined') return null;
  const frame = new VideoFrame(video);
  if (frame.displayWidth === video.videoWidth && frame.displayHeight === video.videoHeight) {
    return frame;
  }
  frame.close();
  return null;
}

/** Resolves with the next decoded picture (true), or when `timeout` has passed without (false). */
function nextFrame(video: HTMLVideoElement, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const callback = video.requestVideoFrameCallback(() => {
      clearTimeout(timer);
      resolve(true);
    });
    const timer = setTimeout(() => {
      video.cancelVideoFrameCallback(callback);
      resolve(false);
    }, timeout);
  });
}
