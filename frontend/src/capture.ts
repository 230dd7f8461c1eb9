/** From the participant's own camera track to a JPEG. */

const MAX_WIDTH = 640; // px; faces stay readable and a frame stays below 100 kB
const JPEG_QUALITY = 0.8;
const FIRST_FRAME_TIMEOUT = 3_000; // ms
const NEXT_FRAME_TIMEOUT = 250; // ms; a still source sends no new frame, and its last one is true

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
    // A page that may not play it yet tries again with each capture.
    if (track) this.#video.play().catch(() => undefined);
  }

  /**
   * The camera's present picture, at most 640 px wide, unmirrored; null without a running camera.
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
    if (this.#canvas?.width !== width || this.#canvas.height !== height) {
      this.#canvas = new OffscreenCanvas(width, height);
    }
    const context = this.#canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This browser cannot draw a camera picture.');
    context.drawImage(this.#video, 0, 0, width, height);
    const capturedAt = Date.now();
    const encoding = this.#canvas.convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY });
    return { jpeg: await encoding, capturedAt };
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
