/** The pictures of the golden vectors: the same recipes and arithmetic as `tests/reader_pictures.py`. */
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { blank, type Pixels } from '../pixels.ts';

/** How a picture is made; `tests/reader_pictures.py` says what each step does. */
export interface Recipe {
  readonly photograph?: string;
  readonly generated?: string;
  readonly window?: readonly [number, number, number, number];
  readonly turn?: readonly [number, number];
  readonly size?: readonly [number, number];
  readonly mirror?: boolean;
  readonly blur?: number;
  readonly gain?: number;
  readonly offset?: number;
  readonly noise?: readonly [number, number];
  readonly place?: readonly [number, number, number, number, number];
}

const PHOTOGRAPHS = new URL('../../../../../tests/contract/reader/', import.meta.url);
const BEYOND = 96;

/** The picture of a recipe (RGB). */
export function pictureOf(recipe: Recipe): Pixels {
  let picture = recipe.photograph ? photograph(recipe.photograph) : generated(recipe);
  if (recipe.window) {
    const [x, y, width, height] = recipe.window;
    picture = mapped(picture, width, height, (column, row) => [column + x, row + y]);
  }
  if (recipe.turn) {
    const [cos, sin] = recipe.turn;
    const [x, y] = [Math.floor(picture.width / 2), Math.floor(picture.height / 2)];
    picture = mapped(picture, picture.width, picture.height, (column, row) => [
      (((column - x) * cos - (row - y) * sin) >> 16) + x,
      (((column - x) * sin + (row - y) * cos) >> 16) + y,
    ]);
  }
  if (recipe.size) {
    const [width, height] = recipe.size;
    const before = picture;
    picture = mapped(before, width, height, (column, row) => [
      Math.floor((column * before.width) / width),
      Math.floor((row * before.height) / height),
    ]);
  }
  if (recipe.mirror) {
    const { width, height } = picture;
    picture = mapped(picture, width, height, (column, row) => [width - 1 - column, row]);
  }
  for (let pass = 0; pass < (recipe.blur ?? 0); pass++) picture = blurred(picture);
  const { gain = 256, offset = 0, noise } = recipe;
  const { data } = picture;
  const changed = blank(picture.width, picture.height, 3);
  for (let at = 0; at < data.length; at++) {
    const lit = Math.min(Math.max((((data[at] ?? 0) * gain) >> 8) + offset, 0), 255);
    const [seed, most] = noise ?? [0, 0];
    const added = noise ? ((hash(at, seed) * (2 * most + 1)) >> 8) - most : 0;
    changed.data[at] = Math.min(Math.max(lit + added, 0), 255);
  }
  return recipe.place ? placed(changed, recipe.place) : changed;
}

/** A picture whose pixel at column and row is that of another; beyond it, grey. */
function mapped(
  { width: before, height: rows, data }: Pixels,
  width: number,
  height: number,
  from: (column: number, row: number) => readonly [number, number],
): Pixels {
  const out = blank(width, height, 3);
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++, to += 3) {
      const [x, y] = from(column, row);
      const inside = x >= 0 && x < before && y >= 0 && y < rows;
      for (let channel = 0; channel < 3; channel++) {
        out.data[to + channel] = inside ? (data[(y * before + x) * 3 + channel] ?? 0) : BEYOND;
      }
    }
  }
  return out;
}

/** Each pixel as the mean of nine, rounded down; beyond the picture its edge is repeated. */
function blurred({ width, height, data }: Pixels): Pixels {
  const out = blank(width, height, 3);
  const line = width * 3;
  const sums = new Int32Array(data.length); // of three beside each other
  for (let at = 0; at < data.length; at++) {
    const column = at % line;
    const left = column < 3 ? at : at - 3;
    const right = column >= line - 3 ? at : at + 3;
    sums[at] = (data[left] as number) + (data[at] as number) + (data[right] as number);
  }
  for (let at = 0; at < data.length; at++) {
    const above = at < line ? at : at - line;
    const below = at >= data.length - line ? at : at + line;
    const sum = (sums[above] as number) + (sums[at] as number) + (sums[below] as number);
    out.data[at] = Math.floor(sum / 9);
  }
  return out;
}

function placed(part: Pixels, [width, height, x, y, grey]: NonNullable<Recipe['place']>): Pixels {
  const out = blank(width, height, 3);
  out.data.fill(grey);
  for (let row = 0; row < Math.min(part.height, height - y); row++) {
    const columns = Math.min(part.width, width - x);
    const from = row * part.width * 3;
    out.data.set(part.data.subarray(from, from + columns * 3), ((row + y) * width + x) * 3);
  }
  return out;
}

function generated({ generated: kind, size = [0, 0] }: Recipe): Pixels {
  const [width, height] = size;
  const out = blank(width, height, 3);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const slopes = Math.floor((column * 255) / width) + Math.floor((row * 255) / height);
      const checks = ((Math.floor(column / 16) + Math.floor(row / 16)) % 2) * 200 + 20;
      const value =
        kind === 'flat'
          ? 127
          : kind === 'gradient'
            ? Math.floor(slopes / 2)
            : kind === 'checks'
              ? checks
              : hash(at, 5);
      out.data.fill(value, at * 3, at * 3 + 3);
    }
  }
  return out;
}

/** 0 to 255, as good as random. */
function hash(value: number, seed: number): number {
  let mixed = Math.imul(value + seed * 7919, 2654435761) >>> 0;
  mixed = (mixed ^ (mixed >>> 15)) >>> 0;
  mixed = Math.imul(mixed, 2246822519) >>> 0;
  mixed = (mixed ^ (mixed >>> 13)) >>> 0;
  return mixed >>> 24;
}

const decoded = new Map<string, Pixels>();

function photograph(name: string): Pixels {
  const known = decoded.get(name);
  if (known) return known;
  const picture = decodePng(readFileSync(new URL(`${name}.png`, PHOTOGRAPHS)));
  decoded.set(name, picture);
  return picture;
}

/** A PNG as Pillow writes RGB: 8 bits, not interlaced (W3C PNG, chapters 5 and 9). */
function decodePng(file: Buffer): Pixels {
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const kind = file.toString('latin1', at + 4, at + 8);
    if (kind === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const picture = blank(width, height, 3);
  const { data } = picture;
  const line = width * 3;
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (line + 1)];
    for (let column = 0; column < line; column++) {
      const at = row * line + column;
      const left = column >= 3 ? (data[at - 3] ?? 0) : 0;
      const above = row > 0 ? (data[at - line] ?? 0) : 0;
      const corner = row > 0 && column >= 3 ? (data[at - line - 3] ?? 0) : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter ?? 0];
      data[at] = ((raw[row * (line + 1) + 1 + column] ?? 0) + (guess ?? 0)) & 255;
    }
  }
  return picture;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(guess - value)) as [
    number,
    number,
    number,
  ];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}
