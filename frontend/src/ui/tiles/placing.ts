/**
 * Where a picture, a face and its badge lie on a tile: pure geometry.
 *
 * Lengths are CSS pixels of the tile, origin top left.
 */
import type { Box } from '../../wire/contract.ts';
import type { Rect, Size } from '../parts/rect.ts';

/** A badge's size, and how far the middle of its emoji is from the edge it is at. */
export interface BadgeSize extends Size {
  readonly emoji: number;
}

/** How a video fills its tile, as CSS `object-fit`. */
export type Fit = 'cover' | 'contain';

const SMALL_TILE = 130; // px of height; in it a badge below a face may reach the name
const NAMELESS_TILE = 125; // px of width, as in small-tiles.css; narrower ones show no name
const SMALL_FOOT = 30; // px of height that the name takes in a small tile
const EDGE = 6; // px kept free at a tile's edge: its corners are round
const HAIR_ABOVE = 0.35; // of a face's height; a face is found from the forehead down
const HAIR_BESIDE = 0.25; // of its width
const HAIR_COVERED = 0.15; // of its height; of a large face no more is covered if it need not be
const FOREHEAD = 0.3; // of a face's height; below are the eyes
const CROP_LIMIT = 0.45; // of the picture; cropping more would cut faces off

/** `cover` if filling the tile cuts off at most 45 % of the picture, else `contain`. */
export function chooseFit(video: Size, tile: Size): Fit {
  const aspects = [video.width / video.height, tile.width / tile.height];
  return 1 - Math.min(...aspects) / Math.max(...aspects) > CROP_LIMIT ? 'contain' : 'cover';
}

/** Where the whole picture lies; with `cover` it reaches beyond the tile. */
export function placePicture(video: Size, tile: Size, fit: Fit): Rect {
  const scales = [tile.width / video.width, tile.height / video.height];
  const scale = fit === 'cover' ? Math.max(...scales) : Math.min(...scales);
  const width = video.width * scale;
  const height = video.height * scale;
  return { x: (tile.width - width) / 2, y: (tile.height - height) / 2, width, height };
}

/**
 * A face's rectangle on the tile, in CSS pixels.
 *
 * `box` is in fractions of the unmirrored picture, `picture` is from `placePicture`, and `mirrored`
 * says whether the tile shows the picture as a mirror does.
 */
export function placeFace(box: Box, picture: Rect, mirrored: boolean): Rect {
  const left = mirrored ? 1 - box.x - box.width : box.x;
  return {
    x: picture.x + left * picture.width,
    y: picture.y + box.y * picture.height,
    width: box.width * picture.width,
    height: box.height * picture.height,
  };
}

/**
 * Centre of a badge: its emoji above the middle of the face, at the hair, all of it on the tile.
 * Where the tile leaves no room there, it goes onto the hair, of a large face beside it, else below
 * the face: an emoji covers somebody's eyes only where there is no other place. In a
 * small tile it stays off the name, too.
 *
 * `emoji` is how far the emoji's middle lies from the badge's left edge, or from the right one
 * when `flipped`, as it must be where the words would reach beyond the tile.
 */
export function placeBadge(
  face: Rect,
  badge: BadgeSize,
  tile: Size,
): { x: number; y: number; flipped: boolean } {
  const [halfWidth, halfHeight] = [badge.width / 2, badge.height / 2];
  const insideX = (x: number) => clamp(x, EDGE + halfWidth, tile.width - EDGE - halfWidth);
  const insideY = (y: number) => clamp(y, EDGE + halfHeight, tile.height - EDGE - halfHeight);
  const middle = face.x + face.width / 2;
  const words = badge.width - badge.emoji;
  const flipped = middle + words > tile.width - EDGE && middle > tile.width / 2;
  const x = insideX(middle + (flipped ? -words : -badge.emoji) + halfWidth);
  const wanted = face.y - Math.max(face.height * HAIR_ABOVE, halfHeight);
  const y = insideY(wanted);
  const large = face.width >= badge.width;
  const coversHair = large && y - wanted > face.height * HAIR_COVERED;
  const coversEyes = y + halfHeight > face.y + face.height * FOREHEAD;
  if (!coversHair && !coversEyes) return { x, y, flipped };
  const gap = large ? face.width * HAIR_BESIDE : 0;
  const beside = insideY(face.y + halfHeight);
  const right = face.x + face.width + gap;
  if (right + badge.width <= tile.width - EDGE) {
    return { x: insideX(right + halfWidth), y: beside, flipped: false };
  }
  const left = face.x - gap;
  if (left - badge.width >= EDGE) {
    return { x: insideX(left - halfWidth), y: beside, flipped: true };
  }
  const below = face.y + face.height;
  const hasName = tile.height < SMALL_TILE && tile.width > NAMELESS_TILE;
  const fitsBelow = below + badge.height <= tile.height - (hasName ? SMALL_FOOT : EDGE);
  return { x, y: coversEyes && fitsBelow ? below + halfHeight : y, flipped };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(Math.max(low, high), value));
}
