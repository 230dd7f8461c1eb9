/** How tiles fill a window: pure geometry, in CSS pixels. */
import type { Size } from '../overlay.ts';

/** A grid of equal tiles; the last row may be shorter and is centred. */
export interface Grid {
  readonly columns: number;
  readonly tile: Size;
}

const WIDEST = 16 / 9;
const NARROWEST = 3 / 4;

/** The grid whose tiles, between 3:4 and 16:9, cover most of `space`. */
export function fitGrid(count: number, space: Size, gap: number): Grid {
  let best: Grid = { columns: 1, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const tile = shape({
      width: (space.width - gap * (columns - 1)) / columns,
      height: (space.height - gap * (rows - 1)) / rows,
    });
    if (tile.width * tile.height > best.tile.width * best.tile.height) best = { columns, tile };
  }
  return best;
}

function shape({ width, height }: Size): Size {
  if (width <= 0 || height <= 0) return { width: 0, height: 0 };
  return {
    width: Math.floor(Math.min(width, height * WIDEST)),
    height: Math.floor(Math.min(height, width / NARROWEST)),
  };
}
