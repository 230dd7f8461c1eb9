import { describe, expect, it } from 'vitest';
import type { Box } from '../../wire/contract.ts';
import type { Size } from '../parts/rect.ts';
import { chooseFit, type Fit, placeBadge, placeFace, placePicture } from './placing.ts';

const box: Box = { x: 0.25, y: 0.125, width: 0.3, height: 0.4 };

/** The face's rectangle, rounded to whole pixels. */
function placed(video: Size, tile: Size, fit: Fit, mirrored = false) {
  const rect = placeFace(box, placePicture(video, tile, fit), mirrored);
  return Object.values(rect).map(Math.round);
}

describe('placing a face', () => {
  const landscape = { width: 640, height: 480 };
  const portrait = { width: 480, height: 640 };

  it('scales with a tile of the same shape', () => {
    expect(placed(landscape, { width: 320, height: 240 }, 'cover')).toEqual([80, 30, 96, 96]);
  });

  it('accounts for what cover crops above and below', () => {
    // 640 × 480 in 640 × 360: 60 px are cut at the top.
    expect(placed(landscape, { width: 640, height: 360 }, 'cover')).toEqual([160, 0, 192, 192]);
  });

  it('accounts for what cover crops at the sides', () => {
    // 640 × 480 in 300 × 480: 170 px are cut at the left.
    expect(placed(landscape, { width: 300, height: 480 }, 'cover')).toEqual([-10, 60, 192, 192]);
  });

  it('accounts for the bars that contain leaves', () => {
    // 640 × 480 in 800 × 480: bars of 80 px; 480 × 640 in 640 × 480: scaled by 0.75, bars of 140 px.
    expect(placed(landscape, { width: 800, height: 480 }, 'contain')).toEqual([240, 60, 192, 192]);
    expect(placed(portrait, landscape, 'contain')).toEqual([230, 60, 108, 192]);
  });

  it('mirrors the box for the mirrored picture of oneself, with every fit', () => {
    // From the right edge: 1 - 0.25 - 0.3 = 0.45 of the picture.
    expect(placed(landscape, landscape, 'cover', true)).toEqual([288, 60, 192, 192]);
    expect(placed(landscape, { width: 300, height: 480 }, 'cover', true)).toEqual([
      118, 60, 192, 192,
    ]);
    expect(placed(portrait, landscape, 'contain', true)).toEqual([302, 60, 108, 192]);
  });

  const tile = { width: 400, height: 300 };
  const badge = { width: 100, height: 30, emoji: 20 };

  it('puts the emoji above the middle of the face, at the hair, and the words beside', () => {
    const rect = { x: 100, y: 100, width: 80, height: 90 };
    const centre = placeBadge(rect, badge, tile);
    expect(centre.x - 50 + 20).toBe(140);
    expect(centre.y).toBeGreaterThan(100 - 90 / 2);
    expect(centre.y + 15).toBeLessThan(100);
  });

  it('turns the words to the left where they would leave the tile on the right', () => {
    const rect = { x: 320, y: 100, width: 60, height: 60 };
    const centre = placeBadge(rect, badge, tile);
    expect(centre.flipped).toBe(true);
    expect(centre.x + 50 - 20).toBe(350);
  });

  it('goes beside a face that leaves no room above it, and beside the hair of a large one', () => {
    const left = { x: 40, y: 0, width: 80, height: 80 };
    expect(placeBadge(left, badge, tile)).toEqual({ x: 170, y: 21, flipped: false });
    const right = { x: 300, y: 0, width: 80, height: 80 };
    expect(placeBadge(right, badge, tile)).toEqual({ x: 250, y: 21, flipped: true });
    const large = { x: 40, y: 40, width: 160, height: 200 };
    expect(placeBadge(large, badge, tile)).toEqual({ x: 290, y: 55, flipped: false });
  });

  it('goes below a face that leaves no room above or beside it', () => {
    const wide = { x: 60, y: 0, width: 280, height: 60 };
    expect(placeBadge(wide, badge, tile)).toMatchObject({ y: 75 });
  });

  it('stays off the name of a small tile, and off its face where there is room', () => {
    const small = { width: 160, height: 110 };
    const high = { x: 60, y: 5, width: 30, height: 40 };
    expect(placeBadge(high, badge, small)).toMatchObject({ y: 45 + 15 });
    const low = { x: 60, y: 15, width: 30, height: 40 };
    expect(placeBadge(low, badge, small)).toMatchObject({ y: 6 + 15 });
    const nameless = { width: 106, height: 84 };
    expect(placeBadge(high, badge, nameless)).toMatchObject({ y: 45 + 15 });
  });

  it('stays off the rounded edges of the tile, also for a face that was cropped away', () => {
    for (let x = -100; x < tile.width + 100; x += 13) {
      for (let y = -100; y < tile.height + 100; y += 13) {
        for (const side of [20, 60, 150, 290]) {
          const at = placeBadge({ x, y, width: side, height: side }, badge, tile);
          expect(at.x).toBeGreaterThanOrEqual(50 + 6);
          expect(at.x).toBeLessThanOrEqual(tile.width - 50 - 6);
          expect(at.y).toBeGreaterThanOrEqual(15 + 6);
          expect(at.y).toBeLessThanOrEqual(tile.height - 15 - 6);
        }
      }
    }
  });

  it('covers neither eyes nor mouth of a face of any size that is in view', () => {
    for (const side of [30, 60, 110, 150, 200, 240]) {
      for (let x = 0; x + side <= tile.width; x += 9) {
        for (let y = 0; y + side <= tile.height; y += 9) {
          const at = placeBadge({ x, y, width: side, height: side }, badge, tile);
          const above = at.y + 15 <= y + side * 0.3;
          const below = at.y - 15 >= y + side;
          const beside = at.x + 50 <= x || at.x - 50 >= x + side;
          expect(above || below || beside, `${side} at ${x}, ${y}`).toBe(true);
        }
      }
    }
  });

  it('shows all of a picture that filling the tile would crop too much', () => {
    expect(chooseFit({ width: 16, height: 9 }, { width: 4, height: 3 })).toBe('cover');
    expect(chooseFit({ width: 16, height: 9 }, { width: 9, height: 16 })).toBe('contain');
    expect(chooseFit({ width: 9, height: 16 }, { width: 16, height: 9 })).toBe('contain');
  });
});
