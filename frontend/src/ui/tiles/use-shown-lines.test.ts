import { expect, it } from 'vitest';
import { shownLines } from './use-shown-lines.ts';

const CAMERA = { width: 640, height: 480 };

it.each([
  ['a tile of the same shape', CAMERA, { width: 320, height: 240 }, 270],
  ['a wide tile, which crops above and below', CAMERA, { width: 480, height: 270 }, 360],
  ['a tall tile, which shows all of it', CAMERA, { width: 120, height: 400 }, 90],
  ['a picture not yet known', { width: 0, height: 0 }, { width: 320, height: 240 }, 270],
  ['no tile', CAMERA, { width: 0, height: 0 }, 0],
] as const)('%s shows so many lines', (_name, picture, tile, lines) => {
  expect(shownLines(picture, tile)).toBe(lines);
});
