/** Checks of faces, as in `functions/reader/quality.py`: which cannot be read honestly, are rolled or squeezed. */
import type { UnreadReason } from '../../wire/contract.ts';
import { crop } from './crop.ts';
import { type FoundFace, type Place, rollOf, sideOf } from './found.ts';
import type { Pixels } from './pixels.ts';
import type { Window } from './resample.ts';

const SMALLEST = 16; // px, the longer side of the detector's box
const LEAST_CONTRAST = 3; // standard deviation of the grey levels
const LEAST_SHARPNESS = 0.004;
const CHIN = 0.36; // how far a face reaches beyond its points, in distances from eyes to mouth
const BROW = 0.6;
const CHEEK = 0.25;
const MOST_ROLLED = 22.5; // degrees, up to which the classifier reads a face as it stands
const NARROWEST = 0.64; // width by height of the face as the detector sees it
const WIDEST = 0.9;
const SLIM = 0.66; // the same where the detector's score is below CERTAIN
const BROAD = 0.86;
const CERTAIN = 0.88;
const BARELY = 0.8; // the detector's score, below which a face at the picture's edge may be half of one
const MOST_TURNED = 0.9; // eye distances the nose is beside the middle of the eyes

const SIDE = 48; // px, at which contrast and sharpness are measured
const DARK = 128; // mean grey level below which lack of contrast is lack of light
const GAP = 0.03; // of a face's side
const SMEAR = 8; // px, how far JPEG smears an edge
const ONE_COLOUR = 4; // grey levels, of which a bar has no more; a camera's noise has
const NEARLY_ZERO = 1e-6;

/** Why a face of a grey picture cannot be read, or null when it can. */
export function fault(grey: Pixels, face: FoundFace): UnreadReason | null {
  if (sideOf(face) < SMALLEST) return 'too-small';
  const beyond = ([x, y]: Place) => x < 0 || y < 0 || x > grey.width || y > grey.height;
  const ends = outline(face);
  if (ends.some(beyond) || isHalf(grey, face)) return 'cut-off';
  if (turned(face) > MOST_TURNED) return 'turned-away';
  const seen = crop(grey, face.box, SIDE, 1);
  const { mean, variance } = spread(seen.data);
  if (Math.sqrt(variance) < LEAST_CONTRAST) return mean < DARK ? 'too-dark' : 'blurred';
  if (sharpness(seen, variance) < LEAST_SHARPNESS) return 'blurred';
  return isBarred(grey, ends) ? 'cut-off' : null;
}

/** Whether this may be one half of a face, at the picture's edge, with the points of a whole. */
function isHalf(grey: Pixels, face: FoundFace): boolean {
  const [left, top, width, height] = face.box;
  const gap = Math.min(left, top, grey.width - left - width, grey.height - top - height);
  return face.score < BARELY && gap < GAP * sideOf(face);
}

/** Whether a face reaches a bar of one colour, which fills a picture up to a frame's format. */
function isBarred(grey: Pixels, ends: readonly Place[]): boolean {
  const { width, height } = grey;
  const xs = ends.map(([x]) => x);
  const ys = ends.map(([, y]) => y);
  const left = Math.ceil(Math.min(...xs)) - SMEAR;
  const top = Math.ceil(Math.min(...ys)) - SMEAR;
  const right = Math.trunc(Math.max(...xs)) + SMEAR;
  const bottom = Math.trunc(Math.max(...ys)) + SMEAR;
  const beyond = [
    [0, 0, width, top],
    [0, bottom, width, height],
    [0, 0, left, height],
    [right, 0, width, height],
  ] as const;
  return beyond.some((part) => isOneColour(grey, part));
}

/** Whether a part (left, top, right, bottom) has pixels, all of one colour. */
function isOneColour({ width, data }: Pixels, [x0, y0, x1, y1]: Window): boolean {
  if (x0 >= x1 || y0 >= y1) return false;
  let [least, most] = [255, 0];
  for (let y = y0; y < y1; y++) {
    for (let at = y * width + x0; at < y * width + x1; at++) {
      const level = data[at] as number;
      least = Math.min(least, level);
      most = Math.max(most, level);
    }
    if (most - least >= ONE_COLOUR) return false;
  }
  return true;
}

/** Degrees by which a crop is to be turned anticlockwise; 0 where that gains nothing. */
export function roll(face: FoundFace): number {
  const degrees = rollOf(face);
  return Math.abs(degrees) > MOST_ROLLED ? degrees : 0;
}

/** Whether the picture's sides were scaled by different amounts, by the face's shape. */
export function squeezed({ aspect, score }: FoundFace): boolean {
  const [least, most] = score >= CERTAIN ? [NARROWEST, WIDEST] : [SLIM, BROAD];
  return !(least <= aspect && aspect <= most);
}

/** The ends of what an expression needs of a face: chin, brow and both cheeks. */
function outline({ points: [eye, other, , corner, end] }: FoundFace): Place[] {
  const eyes = between(eye, other);
  const mouth = between(corner, end);
  const down: Place = [mouth[0] - eyes[0], mouth[1] - eyes[1]];
  const width = Math.max(Math.hypot(other[0] - eye[0], other[1] - eye[1]), NEARLY_ZERO);
  const across: Place = [(other[0] - eye[0]) / width, (other[1] - eye[1]) / width];
  const along = ([x, y]: Place) => x * across[0] + y * across[1];
  const sides = [eye, other, corner, end];
  const first = sides.reduce((least, it) => (along(it) < along(least) ? it : least));
  const last = sides.reduce((most, it) => (along(it) > along(most) ? it : most));
  const cheek = CHEEK * Math.hypot(...down);
  return [
    [mouth[0] + CHIN * down[0], mouth[1] + CHIN * down[1]],
    [eyes[0] - BROW * down[0], eyes[1] - BROW * down[1]],
    [first[0] - cheek * across[0], first[1] - cheek * across[1]],
    [last[0] + cheek * across[0], last[1] + cheek * across[1]],
  ];
}

function between(a: Place, b: Place): Place {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** How far the nose is beside the middle of the eyes, along their line, in eye distances. */
function turned({ points: [eye, other, nose] }: FoundFace): number {
  const [x, y] = [other[0] - eye[0], other[1] - eye[1]];
  const middle = between(eye, other);
  const beside = (nose[0] - middle[0]) * x + (nose[1] - middle[1]) * y;
  return Math.abs(beside) / Math.max(x * x + y * y, NEARLY_ZERO);
}

/** The variance of the Laplacian over that of the picture itself (Pech-Pacheco et al., ICPR 2000). */
function sharpness({ width, height, data }: Pixels, variance: number): number {
  const laplacian = new Float32Array((width - 2) * (height - 2));
  let to = 0;
  for (let row = 1; row < height - 1; row++) {
    for (let column = 1; column < width - 1; column++) {
      const at = row * width + column;
      const around =
        (data[at - width] as number) +
        (data[at + width] as number) +
        (data[at - 1] as number) +
        (data[at + 1] as number);
      laplacian[to++] = around - 4 * (data[at] as number);
    }
  }
  return spread(laplacian).variance / Math.max(variance, NEARLY_ZERO);
}

function spread(values: Uint8Array | Float32Array): { mean: number; variance: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / values.length };
}
