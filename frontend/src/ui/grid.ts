/** How tiles fill a window: pure geometry, in CSS pixels. */
import type { Size } from '../overlay.ts';

/** A grid of equal tiles; the last row may be shorter and is centred. */
export interface Grid {
  readonly columns: number;
  readonly tile: Size;
}

const WIDEST = 16 / 9;
const NARROWEST_WIDE = 5 / 4; // in a wide window, whose cameras are mostly wide too
const NARROWEST_TALL = 3 / 4;

/** The grid whose tiles, as wide as cameras see, cover most of `space`. */
export function fitGrid(count: number, space: Size, gap: number): Grid {
  const narrowest = space.width > space.height ? NARROWEST_WIDE : NARROWEST_TALL;
  let best: Grid = { columns: 1, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const cell = {
      width: (space.width - gap * (columns - 1)) / columns,
      height: (space.height - gap * (rows - 1)) / rows,
    };
    const tile = shape(cell, narrowest);
    if (tile.width * tile.height > best.tile.width * best.tile.height) best = { columns, tile };
  }
  return best;
}

function shape({ width, height }: Size, narrowest: number): Size {
  if (width <= 0 || height <= 0) return { width: 0, height: 0 };
  return {
    width: Math.floor(Math.min(width, height * WIDEST)),
    height: Math.floor(Math.min(height, width / narrowest)),
  };
}
