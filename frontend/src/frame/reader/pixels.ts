/** A decoded picture, and what is done to it as a whole: exactly what Pillow does in functions/reader. */

/** A picture, 0 to 255, row by row: grey (1 channel) or RGB (3). */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** A rectangle in pixels: left, top, width, height. */
export type PixelBox = readonly [number, number, number, number];

/** The longer side, in pixels. */
export function longestSide({ width, height }: Pixels): number {
  return Math.max(width, height);
}

/** A picture of this size, all zeros. */
export function blank(width: number, height: number, channels: 1 | 3): Pixels {
  return { width, height, channels, data: new Uint8Array(width * height * channels) };
}

/** What a canvas gives (RGBA), without its opacity. */
export function fromRgba(data: Uint8ClampedArray, width: number, height: number): Pixels {
  const picture = blank(width, height, 3);
  const rgb = picture.data;
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from] as number;
    rgb[to + 1] = data[from + 1] as number;
    rgb[to + 2] = data[from + 2] as number;
  }
  return picture;
}

/** The picture's luma (ITU-R BT.601), in Pillow's fixed point. */
export function toGrey(picture: Pixels): Pixels {
  if (picture.channels === 1) return picture;
  const grey = blank(picture.width, picture.height, 1);
  const { data } = picture;
  for (let from = 0, to = 0; to < grey.data.length; from += 3, to++) {
    const red = data[from] as number;
    const green = data[from + 1] as number;
    const blue = data[from + 2] as number;
    grey.data[to] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return grey;
}

/** To the nearest whole number, a half to the even one, as Python rounds. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
