import { describe, expect, it } from 'vitest';
import { encodingFor } from './encodings.ts';

const CAMERA = { width: 1280, height: 720 };

describe('a picture that is sent', () => {
  // Receivers, lines shown, and what is sent: lines, pictures a second, bits a second.
  it.each([
    [1, undefined, 540, 30, 1_200_000],
    [1, 2_000, 540, 30, 1_200_000],
    [1, 270, 270, 30, 300_000],
    [5, undefined, 270, 15, 250_000],
    [5, 1_000, 270, 15, 250_000], // one person's large tile must not take the others' uplink
    [5, 180, 180, 15, 111_111],
    [5, 0, 90, 5, 60_000],
  ])('to each of %s who shows %s lines has %s', (sharers, shown, lines, framerate, bitrate) => {
    const { scaleResolutionDownBy, ...rest } = encodingFor(sharers, CAMERA, shown);
    expect(CAMERA.height / scaleResolutionDownBy).toBeCloseTo(lines);
    expect(rest).toEqual({ maxFramerate: framerate, maxBitrate: bitrate });
  });

  it('is never enlarged', () => {
    const small = { width: 320, height: 240 };
    expect(encodingFor(1, small, 900).scaleResolutionDownBy).toBe(1);
  });
});
