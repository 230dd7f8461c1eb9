/** Tells the call how large the others' pictures are shown, so that no more is sent than is seen. */
import { useEffect } from 'preact/hooks';
import type { CallProps } from '../parts/call-context.ts';
import type { Size } from '../parts/rect.ts';
import { chooseFit, placePicture } from './placing.ts';

const STEP = 90; // lines; a tile that changes a little changes nothing for the sender
const NONE: ReadonlyMap<string, number> = new Map();

/**
 * The lines of a picture's shorter side that a tile shows, rounded up to a step.
 *
 * They are CSS pixels: of a moving picture nobody sees a dense screen's device pixels, and each of
 * them would be sent.
 */
export function shownLines(picture: Size, tile: Size): number {
  const known = picture.width > 0 && tile.width > 0;
  const { width, height } = known ? placePicture(picture, tile, chooseFit(picture, tile)) : tile;
  return STEP * Math.ceil(Math.min(width, height) / STEP);
}

/**
 * Tells the call how many lines of each person's picture a `part` of the page shows, until that
 * part is gone. `lines` are by participant; null while they are not known yet.
 */
export function useShownLines(
  stay: CallProps['stay'],
  part: string,
  lines: ReadonlyMap<string, number> | null,
): void {
  const known = lines && [...lines].join(' ');
  useEffect(() => {
    if (lines) stay.show(part, lines);
  }, [stay, part, known]);
  useEffect(() => () => stay.show(part, NONE), [stay, part]);
}
