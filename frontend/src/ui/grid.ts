/** How tiles fill a window: pure geometry, in CSS pixels. */
import type { Size } from '../overlay.ts';

/** A grid of equal tiles; the last row may be shorter and is centred. */
export interface Grid {
  readonly columns: number;
  readonly tile: Size;
}

const SLACK = 1.2; // a tile may be so much wider or narrower than the pictures, to fill the window
const WIDEST = 16 / 9;
const NARROWEST = 3 / 4;

/** The grid whose tiles cover most of `space`; `aspect` is the pictures' width over height. */
export function fitGrid(count: number, space: Size, gap: number, aspect: number): Grid {
  const usual = Math.max(NARROWEST, Math.min(WIDEST, aspect));
  let best: Grid = { columns: 1, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const width = (space.width - gap * (columns - 1)) / columns;
    const height = (space.height - gap * (rows - 1)) / rows;
    if (width <= 0 || height <= 0) continue;
    const tile = {
      width: Math.floor(Math.min(width, height * usual * SLACK)),
      height: Math.floor(Math.min(height, (width / usual) * SLACK)),
    };
    if (tile.width * tile.height > best.tile.width * best.tile.height) best = { columns, tile };
  }
  return best;
}

/** The middle one of the pictures' aspects; without pictures, that of most cameras. */
export function usualAspect(pictures: Iterable<Size>): number {
  const aspects = [...pictures]
    .filter(({ width, height }) => width > 0 && height > 0)
    .map(({ width, height }) => width / height)
    .sort((a, b) => a - b);
  return aspects[Math.floor(aspects.length / 2)] ?? WIDEST;
}
