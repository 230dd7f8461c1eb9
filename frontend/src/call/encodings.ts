/** Limits on the pictures that each receiver gets: lower if more receivers share this computer. */

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

/** The limits of a picture of this size for one of `sharers` receivers. */
export function encodingFor(
  sharers: number,
  { width = 0, height = 0 }: MediaTrackSettings,
): Encoding {
  const [lines, maxFramerate, maxBitrate] =
    sharers <= 1
      ? [540, 30, 1_200_000]
      : sharers === 2
        ? [480, 24, 700_000]
        : sharers === 3
          ? [360, 20, 450_000]
          : [270, 15, 250_000];
  const scaleResolutionDownBy = Math.max(1, Math.min(width, height) / lines);
  return { scaleResolutionDownBy, maxFramerate, maxBitrate };
}

/** Lowers what is sent; before connecting, some browsers then send one way only. */
export async function encode(sender: RTCRtpSender, wanted: Encoding): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) return;
  if (encoding.scaleResolutionDownBy === wanted.scaleResolutionDownBy) {
    if (encoding.maxFramerate === wanted.maxFramerate) return;
  }
  Object.assign(encoding, wanted);
  await sender.setParameters(parameters);
}
