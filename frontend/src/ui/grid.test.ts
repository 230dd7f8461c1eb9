import { describe, expect, it } from 'vitest';
import { fitGrid, usualAspect } from './grid.ts';

const DESKTOP = { width: 1240, height: 640 };
const PHONE = { width: 340, height: 530 };
const GAP = 12;

describe('the grid', () => {
  it('puts people side by side on a desktop and below each other on a phone', () => {
    expect(fitGrid(2, DESKTOP, GAP, 4 / 3).columns).toBe(2);
    expect(fitGrid(2, PHONE, GAP, 4 / 3).columns).toBe(1);
    expect(fitGrid(4, DESKTOP, GAP, 16 / 9).columns).toBe(2);
    expect(fitGrid(6, DESKTOP, GAP, 16 / 9).columns).toBe(3);
  });

  it.each([1, 2, 3, 4, 5, 6, 9])('keeps %i tiles inside the window', (count) => {
    for (const space of [DESKTOP, PHONE]) {
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
