/**
 * The face detector: `functions/reader/detector.py`, step by step.
 *
 * YuNet (Wu et al., 2023; MIT) gives two probabilities, a box and five points for each cell of three
 * grids. This module makes faces of them as OpenCV's `FaceDetectorYN` does.
 */
import { type FoundFace, largestFirst, type Place, sideOf } from './found.ts';
import type { Network, Tensor } from './network.ts';
import { longestSide, type Pixels, roundHalfEven } from './pixels.ts';
import { shrink } from './resample.ts';
import { DOUBTFUL, findRolled, standUp } from './rolled.ts';

const INPUT = 'input';
const STRIDES = [8, 16, 32] as const; // pixels a cell of each grid covers
const GLANCE = 320; // px, the longer side at which every picture is looked at
const CLOSE_LOOK = 640; // px, where a glance shows no face, or one that leaves doubt
const SCORE = 0.7;
const HINT = 0.3; // what may be a face, and is worth a closer look
const OVERLAP = 0.3; // intersection over union beyond which two boxes are one face
const CANDIDATES = 512; // kept of a look, the likeliest
const LARGEST = 1.25; // a face's box, in longer sides of the picture
const SHEET = 384; // px, the longest side of a picture that is turned
const STOOD_UP = 2; // faces of a frame that are turned where they are doubtful
const WITHIN = 0.8; // of a box inside a larger one: then it is a part of that face
const SMALL = 32; // px at a glance; where a face is smaller, others may have been missed

/** A candidate: left, top, width, height, five points, score. */
type Candidate = Float32Array;
const SCORE_AT = 14;

/** Finds faces. */
export class FaceDetector {
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  /** The faces of a picture (grey or RGB), largest first, their boxes and points in its pixels. */
  async find(picture: Pixels): Promise<FoundFace[]> {
    const longest = longestSide(picture);
    const glance = Math.min(GLANCE, longest);
    const closeLook = Math.min(CLOSE_LOOK, longest);
    let found = distinct(await this.#look(picture, glance));
    const small = (SMALL * longest) / glance;
    const clear = (one: Candidate) => scoreOf(one) >= SCORE && longerSide(one) >= small;
    if (closeLook > glance && !(found.length > 0 && found.every(clear))) {
      found = distinct([...found, ...(await this.#look(picture, closeLook))]);
    }
    const look = (seen: Pixels) => this.#hints(seen);
    const faces = toFaces(found.filter((one) => scoreOf(one) >= SCORE));
    if (faces.length === 0) {
      return apart(await findRolled(look, picture, glance, found.length > 0));
    }
    for (const [place, face] of faces.slice(0, STOOD_UP).entries()) {
      if (face.score < DOUBTFUL && sideOf(face) <= longest) {
        faces[place] = await standUp(look, picture, face);
      }
    }
    return apart(largestFirst(faces));
  }

  /** What may be a face in a small picture as it stands, largest first. */
  async #hints(picture: Pixels): Promise<FoundFace[]> {
    return toFaces(distinct(await this.#look(picture, Math.min(longestSide(picture), SHEET))));
  }

  /** Candidates at one scale. */
  async #look(picture: Pixels, side: number): Promise<Candidate[]> {
    const scale = side / longestSide(picture);
    const columns = Math.max(1, roundHalfEven(picture.width * scale));
    const rows = Math.max(1, roundHalfEven(picture.height * scale));
    const seen = scale < 1 ? shrink(picture, columns, rows) : picture;
    const tensor = canvas(seen);
    const outputs = await this.#network.run(INPUT, tensor, this.#network.outputs);
    const width = tensor.shape[3] ?? 0;
    const found = STRIDES.flatMap((stride, level) =>
      candidates(
        outputs.filter((_, at) => at % STRIDES.length === level),
        stride,
        width / stride,
      ),
    );
    for (const one of found) {
      for (let at = 0; at < SCORE_AT; at += 2) {
        one[at] = (one[at] as number) * Math.fround(picture.width / columns);
        one[at + 1] = (one[at + 1] as number) * Math.fround(picture.height / rows);
      }
    }
    return found.filter((one) => isPossible(one, picture));
  }
}

/** Blue, green and red planes; the grids of all strides fit, and beyond the picture it is black. */
function canvas({ width, height, channels, data }: Pixels): Tensor {
  const [wide, high] = [Math.ceil(width / 32) * 32, Math.ceil(height / 32) * 32];
  const plane = wide * high;
  const values = new Float32Array(3 * plane);
  for (let row = 0, from = 0; row < height; row++) {
    for (let column = 0; column < width; column++, from += channels) {
      const to = row * wide + column;
      values[to] = data[channels === 3 ? from + 2 : from] as number;
      values[to + plane] = data[channels === 3 ? from + 1 : from] as number;
      values[to + 2 * plane] = data[from] as number;
    }
  }
  return { data: values, shape: [1, 3, high, wide] };
}

/** What one grid found; its outputs are two probabilities, boxes and points, for each cell. */
function candidates(outputs: readonly Tensor[], stride: number, columns: number): Candidate[] {
  const [face, centred, boxes, points] = outputs.map(({ data }) => data);
  if (!face || !centred || !boxes || !points) throw new Error('The detector has other outputs.');
  const found: Candidate[] = [];
  for (let cell = 0; cell < face.length; cell++) {
    const score = Math.fround(Math.sqrt(Math.fround(unit(face, cell) * unit(centred, cell))));
    if (!(score >= Math.fround(HINT))) continue;
    const one = new Float32Array(SCORE_AT + 1);
    const [column, row] = [cell % columns, Math.floor(cell / columns)];
    const box = (at: number) => boxes[cell * 4 + at] as number;
    const [width, height] = [Math.exp(box(2)) * stride, Math.exp(box(3)) * stride];
    one[0] = (column + box(0)) * stride - width / 2;
    one[1] = (row + box(1)) * stride - height / 2;
    one[2] = width;
    one[3] = height;
    for (let at = 0; at < 10; at++) {
      const place = at % 2 === 0 ? column : row;
      one[4 + at] = (place + (points[cell * 10 + at] as number)) * stride;
    }
    one[SCORE_AT] = score;
    found.push(one);
  }
  return found;
}

function unit(values: Float32Array, at: number): number {
  return Math.min(Math.max(values[at] as number, 0), 1);
}

function scoreOf(one: Candidate): number {
  return one[SCORE_AT] as number;
}

function longerSide(one: Candidate): number {
  return Math.max(one[2] as number, one[3] as number);
}

function corners(one: Candidate): [number, number, number, number] {
  const [left, top, width, height] = one as unknown as [number, number, number, number];
  return [left, top, left + width, top + height];
}

/** Whether it fits a picture of this size: it touches the picture and is not much larger. */
function isPossible(one: Candidate, { width, height }: Pixels): boolean {
  const [left, top, right, bottom] = corners(one);
  const touching = left < width && right > 0 && top < height && bottom > 0;
  return (
    one.every(Number.isFinite) && touching && longerSide(one) <= LARGEST * Math.max(width, height)
  );
}

/** The ones to keep, of the best: greedy non-maximum suppression by score. */
function distinct(found: readonly Candidate[]): Candidate[] {
  const order = [...found].sort((a, b) => scoreOf(b) - scoreOf(a)).slice(0, CANDIDATES);
  const kept: Candidate[] = [];
  for (const one of order) if (!kept.some((better) => isSame(better, one))) kept.push(one);
  return kept;
}

function isSame(a: Candidate, b: Candidate): boolean {
  const [leftA, topA, rightA, bottomA] = corners(a);
  const [leftB, topB, rightB, bottomB] = corners(b);
  const width = Math.max(Math.min(rightA, rightB) - Math.max(leftA, leftB), 0);
  const height = Math.max(Math.min(bottomA, bottomB) - Math.max(topA, topB), 0);
  const area = (one: Candidate) => (one[2] as number) * (one[3] as number);
  return width * height > OVERLAP * (area(a) + area(b) - width * height);
}

/** The faces, largest first, without the parts of one that were taken for faces: an eye. */
function apart(faces: readonly FoundFace[]): FoundFace[] {
  const kept: FoundFace[] = [];
  for (const face of faces) if (!kept.some((larger) => isWithin(face, larger))) kept.push(face);
  return kept;
}

function isWithin({ box: [left, top, width, height] }: FoundFace, larger: FoundFace): boolean {
  const [x, y, across, down] = larger.box;
  const columns = Math.min(left + width, x + across) - Math.max(left, x);
  const rows = Math.min(top + height, y + down) - Math.max(top, y);
  return Math.max(columns, 0) * Math.max(rows, 0) > WITHIN * width * height;
}

/** The candidates as faces, largest first. */
function toFaces(found: readonly Candidate[]): FoundFace[] {
  const faces = found.map((one): FoundFace => {
    const [left, top, width, height, ...rest] = one as unknown as [
      number,
      number,
      number,
      number,
      ...number[],
    ];
    const point = (at: number): Place => [rest[2 * at] ?? 0, rest[2 * at + 1] ?? 0];
    return {
      box: [left, top, width, height],
      points: [point(0), point(1), point(2), point(3), point(4)],
      score: scoreOf(one),
      aspect: width / height,
    };
  });
  return largestFirst(faces);
}
