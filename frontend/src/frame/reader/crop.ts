/** The square picture of one face that the classifier looks at: `functions/reader/crop.py`. */
import { blank, type PixelBox, type Pixels } from './pixels.ts';
import { resize } from './resample.ts';
import { turn } from './turn.ts';

/**
 * The face at `box` as `side` × `side` pixels. `scale` is the square's side as a multiple of the box's
 * longer one; beyond the picture its edge is repeated. `roll` degrees, by which the face is turned
 * clockwise, are taken back.
 */
export function crop(
  picture: Pixels,
  box: PixelBox,
  side: number,
  scale: number,
  roll = 0,
): Pixels {
  if (roll) {
    const upright = turn(crop(picture, box, 3 * side, 1.5 * scale), roll, false);
    const half = Math.floor(side / 2);
    const end = half + 2 * side;
    return resize(upright, side, side, 'box', [half, half, end, end]);
  }
  const [x, y, width, height] = box;
  const reach = Math.max(width, height) * scale;
  const [left, top] = [x + (width - reach) / 2, y + (height - reach) / 2];
  const [x0, y0] = [Math.floor(left), Math.floor(top)];
  const x1 = Math.max(x0 + 1, Math.ceil(left + reach));
  const y1 = Math.max(y0 + 1, Math.ceil(top + reach));
  const around = cut(picture, x0, y0, x1, y1);
  const filter = reach >= side ? 'box' : 'bilinear';
  const window = [left - x0, top - y0, left - x0 + reach, top - y0 + reach] as const;
  return resize(around, side, side, filter, window);
}

/** The middle of a face, 1 / `scale` of it, in the same size. */
export function closer(face: Pixels, scale: number): Pixels {
  if (scale === 1) return face;
  const { width, height } = face;
  const [left, top] = [(width * (1 - 1 / scale)) / 2, (height * (1 - 1 / scale)) / 2];
  return resize(face, width, height, 'bilinear', [left, top, width - left, height - top]);
}

/** The mirror image. */
export function mirrored(face: Pixels): Pixels {
  const { width, height, channels, data } = face;
  const out = blank(width, height, channels);
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = width - 1; column >= 0; column--) {
      for (let channel = 0; channel < channels; channel++) {
        out.data[to++] = data[(row * width + column) * channels + channel] as number;
      }
    }
  }
  return out;
}

/** The rectangle from column x0 to before x1; beyond the picture its nearest row and column. */
function cut(picture: Pixels, x0: number, y0: number, x1: number, y1: number): Pixels {
  const { width, height, channels, data } = picture;
  if (x0 === 0 && y0 === 0 && x1 === width && y1 === height) return picture;
  const out = blank(x1 - x0, y1 - y0, channels);
  let to = 0;
  for (let y = y0; y < y1; y++) {
    const line = Math.min(Math.max(y, 0), height - 1) * width;
    for (let x = x0; x < x1; x++) {
      const from = (line + Math.min(Math.max(x, 0), width - 1)) * channels;
      for (let channel = 0; channel < channels; channel++) {
        out.data[to++] = data[from + channel] as number;
      }
    }
  }
  return out;
}
