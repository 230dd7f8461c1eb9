/**
 * Where a reading belongs on the screen, which reading counts, and how long: pure geometry and time.
 *
 * Lengths are CSS pixels of the tile, origin top left; times are milliseconds.
 */
import type { Box, Face, Reading, Unread } from './contract.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** A badge's size, and how far the middle of its emoji is from the edge it is at. */
export interface BadgeSize extends Size {
  readonly emoji: number;
}

/** How a video fills its tile, as CSS `object-fit`. */
export type Fit = 'cover' | 'contain';

/** What was last seen of a participant: a reading or the reason for none, and when it reached us. */
export type Sight = { readonly receivedAt: number } & (
  | { readonly reading: Reading; readonly unread?: undefined }
  | { readonly unread: Unread; readonly reading?: undefined }
);

/** A face that keeps its `id` from one reading to the next, so that its emoji can glide. */
export interface FollowedFace {
  readonly id: number;
  readonly face: Face;
}

const FRESH_FOR = 4_000; // ms a reading stays at full strength
/** When a reading is too old to be shown at all, in ms. */
export const GONE_AFTER = 12_000;
const FADED = 0.35; // opacity just before it goes
// ms that reading can have taken: a picture's time is its browser's, a reading's the functions', and
// a clock that is slow by some seconds must not make every reading old at birth.
const TOOK_AT_MOST = 3_000;
const SMALL_TILE = 130; // px of height; in it a badge below a face may reach the name
const NAMELESS_TILE = 125; // px of width, as in style.css; narrower ones show no name
const SMALL_FOOT = 30; // px of height that the name takes in a small tile
const EDGE = 6; // px kept free at a tile's edge: its corners are round
const HAIR_ABOVE = 0.35; // of a face's height; a face is found from the forehead down
const HAIR_BESIDE = 0.25; // of its width
const HAIR_COVERED = 0.15; // of its height; of a large face no more is covered if it need not be
const FOREHEAD = 0.3; // of a face's height; below are the eyes
const CROP_LIMIT = 0.45; // of the picture; cropping more would cut faces off

/** Fills the tile when that costs little of the picture, else shows all of it. */
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

/** Where a face lies on the tile. `mirrored` is for one's own picture; boxes come unmirrored. */
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

/** Whether `next` comes after `lastFrame`: frame names alone order what was seen, not arrival. */
export function isNewer(lastFrame: string | undefined, next: Sight): boolean {
  return lastFrame === undefined || frameOf(next) > lastFrame;
}

/** The frame a sight came from. */
export function frameOf(sight: Sight): string {
  return sight.reading?.frame ?? sight.unread?.frame ?? '';
}

/** How long ago the picture was taken, by our own clock and the time reading took. */
export function ageOf(sight: Sight, now: number): number {
  const { reading } = sight;
  const took = reading ? clamp(reading.readAt - reading.capturedAt, 0, TOOK_AT_MOST) : 0;
  return Math.max(0, now - sight.receivedAt) + took;
}

/** 1 while fresh, then fading, 0 when gone. */
export function strengthAt(age: number): number {
  if (age >= GONE_AFTER) return 0;
  if (age <= FRESH_FOR) return 1;
  return 1 - (1 - FADED) * ((age - FRESH_FOR) / (GONE_AFTER - FRESH_FOR));
}

/** Gives each face the id of the nearest former one within its own width, or a new id. */
export function followFaces(
  former: readonly FollowedFace[],
  faces: readonly Face[],
): readonly FollowedFace[] {
  const free = new Set(former);
  let nextId = Math.max(0, ...former.map(({ id }) => id)) + 1;
  return faces.map((face) => {
    const reach = face.box.width;
    let nearest: FollowedFace | undefined;
    for (const candidate of free) {
      const gap = distance(candidate.face.box, face.box);
      if (gap <= reach && !(nearest && distance(nearest.face.box, face.box) <= gap)) {
        nearest = candidate;
      }
    }
    if (nearest) free.delete(nearest);
    return { id: nearest?.id ?? nextId++, face };
  });
}

function distance(a: Box, b: Box): number {
  const dx = a.x + a.width / 2 - b.x - b.width / 2;
  const dy = a.y + a.height / 2 - b.y - b.height / 2;
  return Math.hypot(dx, dy);
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(Math.max(low, high), value));
}
