/** Faces that do not stand upright in the picture: `functions/reader/rolled.py`, step by step. */
import { crop } from './crop.ts';
import { type FoundFace, middleOf, type Place, sideOf, turnedBack } from './found.ts';
import { blank, longestSide, type PixelBox, type Pixels } from './pixels.ts';
import { reduce, shrink, thumbnailSize } from './resample.ts';
import { turn } from './turn.ts';

/** A search for possible upright faces in a small picture. */
export type Look = (picture: Pixels) => Promise<FoundFace[]>;

/** The score of about half of the upright faces; rolled ones have less. */
export const DOUBTFUL = 0.9;
const FACE = 0.7; // the score from which something is a face
const CLEAR = 0.85; // what a face scores once the picture is turned so that it stands
const GAIN = 0.05; // of the score, for which a face is turned; less is chance
const QUARTERS = [90, 270, 180] as const; // degrees anticlockwise
const EIGHTHS = [45, 315, 135, 225] as const;
const TURNS = [0, 45, 90, 135, 180, 225, 270, 315] as const;
const TILE = 96; // px; the face fills half of it

/**
 * The faces of a picture in which none is upright, at their places in it.
 *
 * `side` is the longer side, in pixels, at which the picture is searched. If `hinted`, something in
 * it may be a face, and turns by 45° are tried besides those by 90°.
 */
export async function findRolled(
  look: Look,
  picture: Pixels,
  side: number,
  hinted: boolean,
): Promise<FoundFace[]> {
  const small = shrink(picture, ...thumbnailSize(picture, side));
  const scale = longestSide(picture) / longestSide(small);
  const whole: Place = [picture.width / 2, picture.height / 2];
  let hint = hinted;
  let best: FoundFace[] = [];
  for (const degrees of [...QUARTERS, ...EIGHTHS]) {
    if (degrees === EIGHTHS[0] && (best.length > 0 || !hint)) break;
    const turned = turn(small, degrees, true);
    const seen = await look(turned);
    hint ||= seen.length > 0;
    const least = Math.max(CLEAR, ...best.map(({ score }) => score));
    const clear = seen.filter(({ score }) => score >= least);
    if (clear.length > 0) {
      const middle: Place = [turned.width / 2, turned.height / 2];
      best = clear.map((face) => turnedBack(face, degrees, middle, whole, scale));
    }
  }
  return best;
}

/**
 * The face as it is found in that one of eight turns in which it scores highest; the face unchanged
 * if no turn raises its score by 0.05.
 */
export async function standUp(look: Look, picture: Pixels, face: FoundFace): Promise<FoundFace> {
  const sheet = blank(4 * TILE, 2 * TILE, picture.channels);
  const [small, box] = reduced(picture, face);
  TURNS.forEach((degrees, at) => {
    const tile = crop(small, box, TILE, 2, degrees);
    const line = TILE * picture.channels;
    for (let row = 0; row < TILE; row++) {
      const to = ((Math.floor(at / 4) * TILE + row) * 4 + (at % 4)) * line;
      sheet.data.set(tile.data.subarray(row * line, (row + 1) * line), to);
    }
  });
  const seen = new Map<number, FoundFace>();
  for (const found of await look(sheet)) {
    const [column, row] = middleOf(found).map((place) => Math.floor(place / TILE)) as [
      number,
      number,
    ];
    const at = 4 * Math.min(Math.max(row, 0), 1) + Math.min(Math.max(column, 0), 3);
    const former = seen.get(at);
    if (!former || former.score < found.score) seen.set(at, found);
  }
  let best: readonly [number, FoundFace] | undefined;
  for (const one of seen) if (!best || one[1].score > best[1].score) best = one;
  if (!best) return face;
  const [at, found] = best;
  const upright = seen.get(0);
  const least = Math.max(FACE, upright ? upright.score + GAIN : 0);
  if (at === 0 || found.score < least) return face;
  const middle: Place = [((at % 4) + 0.5) * TILE, (Math.floor(at / 4) + 0.5) * TILE];
  const scale = (2 * sideOf(face)) / TILE;
  return turnedBack(found, TURNS[at] ?? 0, middle, middleOf(face), scale);
}

/** The picture, made smaller if the face is large in it, and the face's box there. */
function reduced(picture: Pixels, face: FoundFace): [Pixels, PixelBox] {
  const factor = Math.floor(sideOf(face) / (2 * TILE)); // a tile shows the face at half its side
  if (factor < 2) return [picture, face.box];
  const [left, top, width, height] = face.box;
  const box = [left / factor, top / factor, width / factor, height / factor] as const;
  return [reduce(picture, factor, factor), box];
}
