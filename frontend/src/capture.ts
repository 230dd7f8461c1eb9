/** From the participant's own camera track to a JPEG. */

const MAX_WIDTH = 640; // px; faces stay readable and a frame stays below 100 kB
const JPEG_QUALITY = 0.8;
const FIRST_FRAME_TIMEOUT = 3_000; // ms

/** One JPEG of the camera; `capturedAt` is milliseconds since the Unix epoch. */
export interface CapturedFrame {
  readonly jpeg: Blob;
  readonly capturedAt: number;
}

/** Captures frames of one camera track at a time. */
export class FrameCapture {
  readonly #video = document.createElement('video');
  #track: MediaStreamTrack | null = null;
  #ready: Promise<void> = Promise.resolve();
  #canvas: OffscreenCanvas | null = null;

  constructor() {
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  /** Chooses the camera to capture from; null lets go of it. */
  setTrack(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#video.srcObject = track ? new MediaStream([track]) : null;
    this.#ready = track ? firstFrame(this.#video) : Promise.resolve();
    // Nobody may be waiting for it: whoever captures sees the refusal.
    this.#ready.catch(() => undefined);
  }

  /**
   * The camera's present picture, at most 640 px wide, unmirrored; null without a running camera.
   *
   * Rejects when the camera delivers no picture.
   */
  async capture(): Promise<CapturedFrame | null> {
    const track = this.#track;
    if (!isRunning(track)) return null;
    await this.#ready;
    if (track !== this.#track || !isRunning(track)) return null;
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, MAX_WIDTH / videoWidth);
    const width = Math.round(videoWidth * scale);
    const height = Math.round(videoHeight * scale);
    performance.mark('capture-start');
    if (this.#canvas?.width !== width || this.#canvas.height !== height) {
      this.#canvas = new OffscreenCanvas(width, height);
    }
    const context = this.#canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This browser cannot draw a camera picture.');
    context.drawImage(this.#video, 0, 0, width, height);
    const capturedAt = Date.now();
    const encoding = this.#canvas.convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY });
    performance.measure('capture', 'capture-start');
    return { jpeg: await encoding, capturedAt };
  }
}

function isRunning(track: MediaStreamTrack | null): track is MediaStreamTrack {
  return track?.readyState === 'live' && track.enabled && !track.muted;
}

/** Waits for a decoded picture: drawing right after `loadeddata` gives a black one. */
async function firstFrame(video: HTMLVideoElement): Promise<void> {
  await video.play();
  await new Promise<void>((resolve, reject) => {
    const timeout = setTimeout(
      () => reject(new Error('The camera delivers no picture.')),
      FIRST_FRAME_TIMEOUT,
    );
    video.requestVideoFrameCallback(() => {
      clearTimeout(timeout);
      resolve();
    });
  });
}
