/** How tiles fill a window: pure geometry, in CSS pixels from the corner where reading starts. */
import type { Rect, Size } from '../parts/rect.ts';

/** A grid of equal tiles; the last row may be shorter and is centred. */
export interface Grid {
  readonly columns: number;
  readonly tile: Size;
}

// How much a tile may be wider or narrower than the pictures, to fill the window. Foreheads are
// above a face and walls beside it; where a window is upright, showing less wall shows larger faces.
const WIDER = 1.2;
const NARROWER = 1.2;
const NARROWER_UPRIGHT = 1.5;
const WIDEST = 16 / 9;
const NARROWEST = 3 / 4;
// The strip beside the tile in the spotlight.
const STRIP = 0.22; // of the window's width or height
const STRIP_MIN = 96; // px
const STRIP_MAX = 260; // px

/**
 * The grid of `count` tiles in `space` in which the pictures look largest.
 *
 * `gap` is the distance of two tiles in CSS pixels, `aspect` the pictures' width over their height.
 */
export function fitGrid(count: number, space: Size, gap: number, aspect: number): Grid {
  const usual = Math.max(NARROWEST, Math.min(WIDEST, aspect));
  const narrower = space.height > space.width ? NARROWER_UPRIGHT : NARROWER;
  let best: Grid = { columns: 1, tile: { width: 0, height: 0 } };
  let largest = 0;
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const width = (space.width - gap * (columns - 1)) / columns;
    const height = (space.height - gap * (rows - 1)) / rows;
    if (width <= 0 || height <= 0) continue;
    const tile = {
      width: Math.floor(Math.min(width, height * usual * WIDER)),
      height: Math.floor(Math.min(height, (width / usual) * narrower)),
    };
    // What is cropped makes the rest no larger than it looks: the picture's own size decides, and
    // between equals the more of it.
    const scale = Math.max(tile.width, tile.height * usual) + Math.sqrt(tile.width * tile.height);
    if (scale > largest) [best, largest] = [{ columns, tile }, scale];
  }
  return best;
}

/** The place of each of `count` tiles in `space`, in CSS pixels; parameters as for `fitGrid`. */
export function layGrid(count: number, space: Size, gap: number, aspect: number): readonly Rect[] {
  const { columns, tile } = fitGrid(count, space, gap, aspect);
  const rows = Math.ceil(count / columns);
  const top = (space.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, n) => {
    const row = Math.floor(n / columns);
    const inRow = Math.min(columns, count - row * columns);
    const start = (space.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      ...tile,
      x: Math.max(0, Math.floor(start + (n % columns) * (tile.width + gap))),
      y: Math.max(0, Math.floor(top + row * (tile.height + gap))),
    };
  });
}

/**
 * Where each tile lies when one is in the spotlight: that one large, the others in a strip beside or
 * below it. `mainAspect` is the shape of what the large one shows; null lets it fill its place.
 */
export function laySpotlight(
  count: number,
  main: number,
  space: Size,
  gap: number,
  aspect: number,
  mainAspect: number | null,
): readonly Rect[] {
  const others = count - 1;
  if (others === 0) return layMain(space, mainAspect);
  const thick = (length: number) => Math.max(STRIP_MIN, Math.min(STRIP_MAX, length * STRIP));
  const side = { width: thick(space.width), height: space.height };
  const below = { width: space.width, height: thick(space.height) };
  const beside = { width: space.width - side.width - gap, height: space.height };
  const above = { width: space.width, height: space.height - below.height - gap };
  const shape = mainAspect ?? aspect;
  const isBeside = coverage(beside, shape) >= coverage(above, shape);
  const [place, strip] = isBeside ? [beside, side] : [above, below];
  const rests = layGrid(others, strip, gap, aspect).map((rest) => ({
    ...rest,
    x: rest.x + (isBeside ? Math.floor(beside.width + gap) : 0),
    y: rest.y + (isBeside ? 0 : Math.floor(above.height + gap)),
  }));
  return [...rests.slice(0, main), ...layMain(place, mainAspect), ...rests.slice(main)];
}

function layMain(place: Size, aspect: number | null): readonly Rect[] {
  if (aspect === null) return [{ x: 0, y: 0, ...floored(place) }];
  return layGrid(1, place, 0, aspect);
}

/** How much of a place a picture of this shape covers, shown whole. */
function coverage({ width, height }: Size, aspect: number): number {
  return width <= 0 || height <= 0 ? 0 : Math.min(width, height * aspect) ** 2 / aspect;
}

function floored({ width, height }: Size): Size {
  return { width: Math.max(0, Math.floor(width)), height: Math.max(0, Math.floor(height)) };
}

/** The middle one of the pictures' aspects; without pictures, that of most cameras. */
export function usualAspect(pictures: Iterable<Size>): number {
  const aspects = [...pictures]
    .filter(({ width, height }) => width > 0 && height > 0)
    .map(({ width, height }) => width / height)
    .sort((a, b) => a - b);
  return aspects[Math.floor(aspects.length / 2)] ?? WIDEST;
}
