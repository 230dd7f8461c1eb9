/**
 * Limits on the pictures that each receiver gets: lower if more receivers share this computer, or if
 * a receiver shows them small.
 */

/** Of the shorter side; an emoji still stands at a face of so small a picture. */
export const LEAST_LINES = 90;
const LEAST_BITRATE = 60_000; // bits a second
const UNSEEN_FRAMERATE = 5; // pictures a second; enough to know that a camera lives

/**
 * Limits of one sent picture, as in `RTCRtpEncodingParameters`: a factor of at least 1, pictures a
 * second, and bits a second.
 */
export interface Encoding {
  readonly scaleResolutionDownBy: number;
  readonly maxFramerate: number;
  readonly maxBitrate: number;
}

/** The limits of a screen for one of `sharers` receivers: all of its pixels, so that text stays legible. */
export function screenEncodingFor(sharers: number): Encoding {
  const maxBitrate = sharers <= 2 ? 2_000_000 : 1_000_000;
  return { scaleResolutionDownBy: 1, maxFramerate: sharers <= 2 ? 15 : 8, maxBitrate };
}

/**
 * The limits of the camera's picture for one receiver.
 *
 * `sharers` is how many receivers share this computer's processor and network. The second parameter
 * is the camera's size in pixels. `shown` is the lines of the picture's shorter side that the
 * receiver shows, 0 if it shows none.
 */
export function encodingFor(
  sharers: number,
  { width = 0, height = 0 }: MediaTrackSettings,
  shown = Number.POSITIVE_INFINITY,
): Encoding {
  const [mostLines, framerate, mostBitrate] =
    sharers <= 1
      ? [540, 30, 1_200_000]
      : sharers === 2
        ? [480, 24, 700_000]
        : sharers === 3
          ? [360, 20, 450_000]
          : [270, 15, 250_000];
  const lines = Math.min(mostLines, Math.max(shown, LEAST_LINES));
  const bitrate = Math.round(mostBitrate * (lines / mostLines) ** 2); // as the number of pixels
  return {
    scaleResolutionDownBy: Math.max(1, Math.min(width, height) / lines),
    maxFramerate: shown > 0 ? framerate : UNSEEN_FRAMERATE,
    maxBitrate: Math.max(LEAST_BITRATE, bitrate),
  };
}

/**
 * Sets the limits of what a sender sends. Call it after connecting: before, some browsers would
 * then send in one direction only. Rejects like `RTCRtpSender.setParameters`.
 */
export async function encode(sender: RTCRtpSender, wanted: Encoding): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) return;
  const keys = ['scaleResolutionDownBy', 'maxFramerate', 'maxBitrate'] as const;
  if (keys.every((key) => encoding[key] === wanted[key])) return;
  Object.assign(encoding, wanted);
  await sender.setParameters(parameters);
}
