/**
 * Other sizes of a picture, bit for bit as Pillow makes them (`Resample.c`, `Reduce.c`): two passes of
 * weights in fixed point, columns first, each rounded to 8 bits.
 */
import { blank, type Pixels } from './pixels.ts';

/**
 * How pixels are averaged: over areas, or linearly between neighbours (Pillow's `BOX`, `BILINEAR`).
 */
export type Filter = 'box' | 'bilinear';

/** What of a picture is taken, in pixels: left, top, right, bottom. */
export type Window = readonly [number, number, number, number];

const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/** For each pixel of a row or column: from which one on, how many, and their weights. */
interface Weights {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly most: number;
  readonly weights: Int32Array;
}

/**
 * The picture, or its part in `window`, as `width` × `height` pixels. The result is Pillow's, bit
 * for bit (`Image.resize` with `box`).
 */
export function resize(
  picture: Pixels,
  width: number,
  height: number,
  filter: Filter,
  window: Window = [0, 0, picture.width, picture.height],
): Pixels {
  const [left, top, right, bottom] = window.map(Math.fround) as unknown as Window;
  const sameWidth = width === picture.width && left === 0 && right === width;
  const sameHeight = height === picture.height && top === 0 && bottom === height;
  if (sameWidth && sameHeight) return picture;
  const rows = weigh(picture.height, top, bottom, height, filter);
  const columns = weigh(picture.width, left, right, width, filter);
  if (sameWidth) return resizeColumns(picture, height, rows, 0);
  if (sameHeight) return resizeRows(picture, width, columns, 0, height);
  const first = rows.starts[0] as number;
  const end = (rows.starts[height - 1] as number) + (rows.counts[height - 1] as number);
  return resizeColumns(resizeRows(picture, width, columns, first, end), height, rows, first);
}

/**
 * The picture averaged over areas to `width` × `height` pixels. If it is at least twice as large,
 * whole blocks of pixels are averaged first (Pillow's `reducing_gap` of 1).
 */
export function shrink(picture: Pixels, width: number, height: number): Pixels {
  const across = Math.trunc(picture.width / width) || 1;
  const down = Math.trunc(picture.height / height) || 1;
  if (picture.width === width && picture.height === height) return picture;
  if (across === 1 && down === 1) return resize(picture, width, height, 'box');
  const window: Window = [0, 0, picture.width / across, picture.height / down];
  return resize(reduce(picture, across, down), width, height, 'box', window);
}

/** The size of a picture that fits a square of `side`, as Pillow's `thumbnail` chooses it. */
export function thumbnailSize({ width, height }: Pixels, side: number): [number, number] {
  if (side >= width && side >= height) return [width, height];
  const aspect = width / height;
  const nearest = (number: number, distance: (n: number) => number) => {
    const [low, high] = [Math.floor(number), Math.ceil(number)];
    return Math.max(distance(high) < distance(low) ? high : low, 1);
  };
  if (1 >= aspect) return [nearest(side * aspect, (n) => Math.abs(aspect - n / side)), side];
  const byHeight = (n: number) => (n === 0 ? 0 : Math.abs(aspect - side / n));
  return [side, nearest(side / aspect, byHeight)];
}

function weigh(size: number, from: number, to: number, wanted: number, filter: Filter): Weights {
  const scale = Math.fround(to - from) / wanted;
  const stretch = Math.max(scale, 1);
  const support = (filter === 'box' ? 0.5 : 1) * stretch;
  const most = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(wanted);
  const counts = new Int32Array(wanted);
  const weights = new Int32Array(wanted * most);
  const given = new Float64Array(most);
  for (let place = 0; place < wanted; place++) {
    const centre = from + (place + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(size, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const away = (k + start - centre + 0.5) / stretch;
      const weight = filter === 'box' ? Number(away > -0.5 && away <= 0.5) : triangle(away);
      given[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) {
      const weight = sum === 0 ? (given[k] as number) : (given[k] as number) / sum;
      weights[place * most + k] = Math.trunc(0.5 + weight * (1 << PRECISION_BITS));
    }
    starts[place] = start;
    counts[place] = count;
  }
  return { starts, counts, most, weights };
}

function triangle(away: number): number {
  return Math.max(0, 1 - Math.abs(away));
}

/** The rows from `first` to before `end`, each in another width. */
function resizeRows(
  { width: before, channels, data }: Pixels,
  width: number,
  { starts, counts, most, weights }: Weights,
  first: number,
  end: number,
): Pixels {
  const resized = blank(width, end - first, channels);
  let to = 0;
  for (let row = first; row < end; row++) {
    const line = row * before * channels;
    for (let column = 0; column < width; column++) {
      const start = line + (starts[column] as number) * channels;
      const count = counts[column] as number;
      const at = column * most;
      for (let channel = 0; channel < channels; channel++) {
        let sum = HALF;
        for (let k = 0, from = start + channel; k < count; k++, from += channels) {
          sum += (data[from] as number) * (weights[at + k] as number);
        }
        resized.data[to++] = clip(sum);
      }
    }
  }
  return resized;
}

/** The columns in another height; the picture's first row is row `first` of what the weights mean. */
function resizeColumns(
  { width, channels, data }: Pixels,
  height: number,
  { starts, counts, most, weights }: Weights,
  first: number,
): Pixels {
  const resized = blank(width, height, channels);
  const line = width * channels;
  let to = 0;
  for (let row = 0; row < height; row++) {
    const start = ((starts[row] as number) - first) * line;
    const count = counts[row] as number;
    const at = row * most;
    for (let column = 0; column < line; column++) {
      let sum = HALF;
      for (let k = 0, from = start + column; k < count; k++, from += line) {
        sum += (data[from] as number) * (weights[at + k] as number);
      }
      resized.data[to++] = clip(sum);
    }
  }
  return resized;
}

function clip(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Each block of pixels as one, those at the right and lower edge from what is left of them. */
export function reduce(
  { width, height, channels, data }: Pixels,
  across: number,
  down: number,
): Pixels {
  const reduced = blank(Math.ceil(width / across), Math.ceil(height / down), channels);
  let to = 0;
  for (let top = 0; top < height; top += down) {
    const bottom = Math.min(top + down, height);
    for (let left = 0; left < width; left += across) {
      const right = Math.min(left + across, width);
      const pixels = (right - left) * (bottom - top);
      const factor = Math.trunc(2 ** 32 / (pixels * 256));
      for (let channel = 0; channel < channels; channel++) {
        let sum = Math.trunc(pixels / 2);
        for (let row = top; row < bottom; row++) {
          const line = row * width * channels + channel;
          for (let column = left; column < right; column++) {
            sum += data[line + column * channels] as number;
          }
        }
        reduced.data[to++] = Math.trunc((sum * factor) / 2 ** 24);
      }
    }
  }
  return reduced;
}
