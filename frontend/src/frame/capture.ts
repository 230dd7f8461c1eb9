/** Makes a JPEG of the participant's own camera track, with little work on the page's thread. */

import { now } from '../time/page-time.ts';
import { CaptureError, JpegEncoder } from './jpeg.ts';
import { JpegWorker } from './jpeg-worker.ts';

const MAX_WIDTH = 640; // px; faces stay readable and a frame stays below 100 kB
const FIRST_FRAME_TIMEOUT = 3_000; // ms
const NEXT_FRAME_TIMEOUT = 250; // ms; a still source sends no new frame, and its last one still holds
const LOOK_INTERVAL = 30; // ms
const WORKER_PATIENCE = 3; // after so many failures in a row the page encodes by itself
const MEASURE = 'capture'; // one frame's time on the page's thread, for the browser's tools and the bench

/** One JPEG of the camera; `capturedAt` is by this page's time. */
export interface CapturedFrame {
  readonly jpeg: Blob;
  readonly capturedAt: number;
}

/** The result for a picture, and when the picture was taken, by this page's time. */
export interface Taken<T> {
  readonly seen: T;
  readonly capturedAt: number;
}

/** Captures frames of one camera track at a time. */
export class FrameCapture {
  readonly #video = document.createElement('video');
  #track: MediaStreamTrack | null = null;
  /** The track that has given a picture. */
  #seen: MediaStreamTrack | null = null;
  readonly #encoder = new JpegEncoder();
  /** Open after a camera's first capture; null if the page must encode by itself. */
  #worker: JpegWorker | null | undefined;
  /** The worker's failures in a row. */
  #failures = 0;

  constructor() {
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  /** Chooses the camera; null releases it. */
  setTrack(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#video.srcObject = track ? new MediaStream([track]) : null;
    // If the browser does not let the page play it yet, each capture tries again.
    if (track) this.#video.play().catch(() => undefined);
    else this.#closeWorker();
  }

  /**
   * The camera's present picture, at most 640 px wide, unmirrored; null without a running camera,
   * or if the camera is released before it is taken.
   *
   * Rejects with `CaptureError` if none can be taken.
   */
  async capture(): Promise<CapturedFrame | null> {
    const size = await this.#size();
    if (!size) return null;
    const capturedAt = now();
    const jpeg = await this.#encode(...size);
    return jpeg && { jpeg, capturedAt };
  }

  /**
   * The result of `look` for the camera's present picture, which `look` draws at the given size; else
   * as `capture`. It also rejects if `look` rejects.
   */
  async take<T>(
    look: (picture: VideoFrame | ImageBitmap, width: number, height: number) => Promise<T>,
  ): Promise<Taken<T> | null> {
    const track = this.#track;
    const size = await this.#size();
    if (!size) return null;
    const capturedAt = now();
    const picture = videoFrameOf(this.#video) ?? (await createImageBitmap(this.#video));
    const seen = await look(picture, ...size);
    return track === this.#track ? { seen, capturedAt } : null;
  }

  /** Waits for a picture; returns its size for capturing, or null without a running camera. */
  async #size(): Promise<[number, number] | null> {
    const track = this.#track;
    if (!isRunning(track)) return null;
    await this.#freshPicture(track);
    if (track !== this.#track || !isRunning(track)) return null;
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, MAX_WIDTH / videoWidth);
    return [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
  }

  async #encode(width: number, height: number): Promise<Blob | null> {
    const worker = this.#openWorker();
    if (worker) {
      try {
        const jpeg = await measured(() => this.#handOver(worker, width, height));
        this.#failures = 0;
        return jpeg;
      } catch {
        if (worker !== this.#worker) return null; // the camera was released
        this.#failures += 1; // one failure may mean a machine that slept or was busy
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

  /** Waits for a picture: before the first one a drawing is black, and after a pause it is old. */
  async #freshPicture(track: MediaStreamTrack): Promise<void> {
    if (this.#video.paused) await this.#video.play();
    const seen = this.#seen === track;
    const arrived = await nextFrame(this.#video, seen ? NEXT_FRAME_TIMEOUT : FIRST_FRAME_TIMEOUT);
    if (!arrived && !seen) throw new CaptureError('black');
    this.#seen = track;
  }
}

function isRunning(track: MediaStreamTrack | null): track is MediaStreamTrack {
  return track?.readyState === 'live' && track.enabled && !track.muted;
}

/** Does it, and writes its time on the page's thread into the browser's performance timeline. */
function measured<T>(work: () => T): T {
  const start = performance.now();
  try {
    return work();
  } finally {
    performance.clearMeasures(MEASURE); // a call is long, and its timeline must not grow with it
    performance.measure(MEASURE, { start });
  }
}

/** The present picture without a copy; null if the browser cannot give it, or shows it turned. */
function videoFrameOf(video: HTMLVideoElement): VideoFrame | null {
  if (typeof VideoFrame === 'undefined') return null;
  const frame = new VideoFrame(video);
  if (frame.displayWidth === video.videoWidth && frame.displayHeight === video.videoHeight) {
    return frame;
  }
  frame.close();
  return null;
}

/** Resolves with true at the next decoded picture, or with false after `timeout`. */
function nextFrame(video: HTMLVideoElement, timeout: number): Promise<boolean> {
  if (!('requestVideoFrameCallback' in video)) return nextTime(video, timeout);
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

/** The same for browsers without an event for pictures (Firefox before 132), from the video's time. */
function nextTime(video: HTMLVideoElement, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const before = video.currentTime;
    const end = (arrived: boolean) => {
      clearInterval(look);
      clearTimeout(timer);
      resolve(arrived);
    };
    const look = setInterval(() => {
      if (video.currentTime !== before) end(true);
    }, LOOK_INTERVAL);
    const timer = setTimeout(() => end(false), timeout);
  });
}
