import { describe, expect, it } from 'vitest';
import type { Rect, Size } from '../parts/rect.ts';
import { fitGrid, layGrid, laySpotlight, usualAspect } from './layout.ts';

const DESKTOP = { width: 1240, height: 640 };
const PHONE = { width: 340, height: 530 };
const SIDEWAYS = { width: 720, height: 270 };
const GAP = 12;

describe('the grid', () => {
  it('puts people side by side on a desktop and below each other on a phone', () => {
    expect(fitGrid(2, DESKTOP, GAP, 4 / 3).columns).toBe(2);
    expect(fitGrid(2, PHONE, GAP, 4 / 3).columns).toBe(1);
    expect(fitGrid(4, DESKTOP, GAP, 16 / 9).columns).toBe(2);
    expect(fitGrid(6, DESKTOP, GAP, 16 / 9).columns).toBe(3);
  });

  it('fills an upright phone with four in two columns', () => {
    const { columns, tile } = fitGrid(4, PHONE, GAP, 4 / 3);
    expect(columns).toBe(2);
    expect(2 * tile.width + GAP).toBe(PHONE.width);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('keeps %i tiles inside the window', (count) => {
    for (const space of [DESKTOP, PHONE, SIDEWAYS]) {
      for (const aspect of [3 / 4, 4 / 3, 16 / 9, 3]) {
        const { columns, tile } = fitGrid(count, space, GAP, aspect);
        const rows = Math.ceil(count / columns);
        expect(columns * tile.width + (columns - 1) * GAP).toBeLessThanOrEqual(space.width);
        expect(rows * tile.height + (rows - 1) * GAP).toBeLessThanOrEqual(space.height);
        expect(tile.width * tile.height).toBeGreaterThan(0);
      }
    }
  });

  it('crops no picture by more than a sixth', () => {
    const { tile } = fitGrid(3, DESKTOP, GAP, 4 / 3);
    const ratio = tile.width / tile.height / (4 / 3);
    expect(Math.min(ratio, 1 / ratio)).toBeGreaterThan(0.82);
  });

  it('has no size before the window has one', () => {
    expect(fitGrid(2, { width: 0, height: 0 }, GAP, 1).tile).toEqual({ width: 0, height: 0 });
  });
});

/** Whether all lie inside the window, none over another. */
function lieApart(places: readonly Rect[], space: Size): boolean {
  const inside = places.every(
    ({ x, y, width, height }) =>
      x >= 0 && y >= 0 && x + width <= space.width && y + height <= space.height,
  );
  return (
    inside &&
    places.every((a, n) =>
      places
        .slice(n + 1)
        .every(
          (b) =>
            a.x + a.width <= b.x ||
            b.x + b.width <= a.x ||
            a.y + a.height <= b.y ||
            b.y + b.height <= a.y,
        ),
    )
  );
}

describe('the places', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('of %i tiles lie apart, the last row centred', (count) => {
    for (const space of [DESKTOP, PHONE, SIDEWAYS]) {
      const places = layGrid(count, space, GAP, 4 / 3);
      expect(places).toHaveLength(count);
      expect(lieApart(places, space)).toBe(true);
      const last = places.filter(({ y }) => y === places[count - 1]?.y);
      const start = last[0]?.x ?? 0;
      const end = space.width - (last.at(-1)?.x ?? 0) - (last.at(-1)?.width ?? 0);
      expect(Math.abs(start - end)).toBeLessThanOrEqual(2);
    }
  });

  it.each([1, 2, 4, 9])(
    'of %i tiles with one in the spotlight lie apart, that one largest',
    (count) => {
      for (const space of [DESKTOP, PHONE, SIDEWAYS]) {
        for (const shape of [null, 4 / 3]) {
          const main = count - 1;
          const places = laySpotlight(count, main, space, GAP, 4 / 3, shape);
          expect(places).toHaveLength(count);
          expect(lieApart(places, space)).toBe(true);
          const areas = places.map(({ width, height }) => width * height);
          expect(Math.max(...areas)).toBe(areas[main]);
        }
      }
    },
  );

  it('put the others beside a wide spotlight, and below it on an upright phone', () => {
    const [, beside] = laySpotlight(2, 0, DESKTOP, GAP, 4 / 3, 16 / 9);
    expect(beside?.x).toBeGreaterThan(DESKTOP.width / 2);
    const [, below] = laySpotlight(2, 0, PHONE, GAP, 4 / 3, 16 / 9);
    expect(below?.y).toBeGreaterThan(PHONE.height / 2);
  });
});

describe('the usual shape of pictures', () => {
  it('is that of the middle one, leaving out who has none yet', () => {
    const pictures = [
      { width: 0, height: 0 },
      { width: 480, height: 640 },
      { width: 640, height: 480 },
      { width: 1280, height: 720 },
    ];
    expect(usualAspect(pictures)).toBeCloseTo(4 / 3);
  });

  it('is that of most cameras when nobody has a picture', () => {
    expect(usualAspect([])).toBeCloseTo(16 / 9);
  });
});
