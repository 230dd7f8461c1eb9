/** A picture turned, as Pillow turns it (`Image.rotate`, `Geometry.c`); beyond its edges it is black. */
import { blank, type Pixels } from './pixels.ts';

type Matrix = [number, number, number, number, number, number];

/** The value between pixels; null beyond the picture. */
type Sample = (picture: Pixels, x: number, y: number, channel: number) => number;

/**
 * The picture turned anticlockwise by `degrees` around its middle, as Pillow's `Image.rotate` does.
 *
 * With `expand` the result is large enough for the whole picture, and is interpolated linearly.
 * Without, it has the picture's size, and is interpolated by cubics.
 */
export function turn(picture: Pixels, degrees: number, expand: boolean): Pixels {
  const angle = ((degrees % 360) + 360) % 360;
  if (angle === 0) return picture;
  if (angle === 180) return halfTurn(picture);
  const square = picture.width === picture.height;
  if ((angle === 90 || angle === 270) && (expand || square)) return quarter(picture, angle);
  return turned(picture, angle, expand);
}

function quarter({ width, height, channels, data }: Pixels, angle: 90 | 270): Pixels {
  const out = blank(height, width, channels);
  let to = 0;
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < height; x++) {
      const [column, row] = angle === 90 ? [width - 1 - y, x] : [y, height - 1 - x];
      const from = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        out.data[to++] = data[from + channel] as number;
      }
    }
  }
  return out;
}

function halfTurn({ width, height, channels, data }: Pixels): Pixels {
  const out = blank(width, height, channels);
  const pixels = width * height;
  for (let at = 0; at < pixels; at++) {
    for (let channel = 0; channel < channels; channel++) {
      out.data[at * channels + channel] = data[(pixels - 1 - at) * channels + channel] as number;
    }
  }
  return out;
}

function turned(picture: Pixels, degrees: number, expand: boolean): Pixels {
  const angle = (-degrees * Math.PI) / 180;
  const rounded = (value: number) => Number(value.toFixed(15));
  const [cos, sin] = [rounded(Math.cos(angle)), rounded(Math.sin(angle))];
  const matrix: Matrix = [cos, sin, 0, rounded(-Math.sin(angle)), cos, 0];
  let { width, height } = picture;
  const [middleX, middleY] = [width / 2, height / 2];
  const [shiftX, shiftY] = place(matrix, -middleX, -middleY);
  matrix[2] = shiftX + middleX;
  matrix[5] = shiftY + middleY;
  if (expand) {
    const corners = [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ].map(([x = 0, y = 0]) => place(matrix, x, y));
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    const wide = Math.ceil(Math.max(...xs)) - Math.floor(Math.min(...xs));
    const high = Math.ceil(Math.max(...ys)) - Math.floor(Math.min(...ys));
    [matrix[2], matrix[5]] = place(matrix, -(wide - width) / 2, -(high - height) / 2);
    [width, height] = [wide, high];
  }
  return transform(picture, width, height, matrix, expand ? bilinear : bicubic);
}

function place([a, b, c, d, e, f]: Matrix, x: number, y: number): [number, number] {
  return [a * x + b * y + c, d * x + e * y + f];
}

function transform(
  picture: Pixels,
  width: number,
  height: number,
  matrix: Matrix,
  sample: Sample,
): Pixels {
  const out = blank(width, height, picture.channels);
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = place(matrix, column + 0.5, row + 0.5);
      const inside = x >= 0 && x < picture.width && y >= 0 && y < picture.height;
      for (let channel = 0; channel < picture.channels; channel++) {
        const value = inside ? sample(picture, x - 0.5, y - 0.5, channel) : 0;
        out.data[to++] = value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
      }
    }
  }
  return out;
}

/** The value at whole x and y; beyond the sides the nearest column's. */
function at({ width, channels, data }: Pixels, x: number, y: number, channel: number): number {
  const column = x < 0 ? 0 : x < width ? x : width - 1;
  return data[(y * width + column) * channels + channel] as number;
}

function clamped(y: number, height: number): number {
  return y < 0 ? 0 : y < height ? y : height - 1;
}

function bilinear(picture: Pixels, x: number, y: number, channel: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [dx, dy] = [x - column, y - row];
  const line = (of: number) => {
    const left = at(picture, column, of, channel);
    return left + (at(picture, column + 1, of, channel) - left) * dx;
  };
  const upper = line(clamped(row, picture.height));
  const lower = row + 1 < picture.height ? line(row + 1) : upper;
  return upper + (lower - upper) * dy;
}

function bicubic(picture: Pixels, x: number, y: number, channel: number): number {
  const [column, row] = [Math.floor(x) - 1, Math.floor(y) - 1];
  const [dx, dy] = [x - column - 1, y - row - 1];
  const line = (of: number) =>
    cubic(
      at(picture, column, of, channel),
      at(picture, column + 1, of, channel),
      at(picture, column + 2, of, channel),
      at(picture, column + 3, of, channel),
      dx,
    );
  const first = line(clamped(row, picture.height));
  const next = (of: number, before: number) => (of >= 0 && of < picture.height ? line(of) : before);
  const second = next(row + 1, first);
  const third = next(row + 2, second);
  return cubic(first, second, third, next(row + 3, third), dy);
}

function cubic(v1: number, v2: number, v3: number, v4: number, d: number): number {
  const p2 = -v1 + v3;
  const p3 = 2 * (v1 - v2) + v3 - v4;
  const p4 = -v1 + v2 - v3 + v4;
  return v2 + d * (p2 + d * (p3 + d * p4));
}
