/**
 * The embedded reader in the browser: `functions/reader/embedded.py` from pixels on, step by step, with
 * the same two networks. `tests/contract/reader.json` holds both to the same readings.
 */
import {
  type Box,
  EXPRESSIONS,
  type Expression,
  FACES_MAX,
  type Face,
} from '../../wire/contract.ts';
import type { Result } from '../result.ts';
import type { ExpressionClassifier, Scores } from './classifier.ts';
import { crop } from './crop.ts';
import type { FaceDetector } from './detector.ts';
import type { FoundFace } from './found.ts';
import { type PixelBox, type Pixels, toGrey } from './pixels.ts';
import { fault, roll, squeezed } from './quality.ts';

/** Reads the faces of pictures, one picture at a time. */
export class PictureReader {
  readonly #detector: FaceDetector;
  readonly #classifier: ExpressionClassifier;

  constructor(detector: FaceDetector, classifier: ExpressionClassifier) {
    this.#detector = detector;
    this.#classifier = classifier;
  }

  /** The faces of a picture (RGB). */
  async read(picture: Pixels): Promise<Result> {
    const found = (await this.#detector.find(picture)).slice(0, FACES_MAX);
    if (found.length === 0) return { reason: 'no-face' };
    const grey = toGrey(picture);
    const faults = found.map((face) => fault(grey, face));
    const readable = found.filter((_, at) => faults[at] === null);
    const [reason] = faults;
    if (reason && readable.length === 0) return { reason };
    const { sidecar } = this.#classifier;
    const seen = sidecar.channels === 1 ? grey : picture;
    const crops = readable.map((face) =>
      crop(seen, face.box, sidecar.size, sidecar.crop, roll(face)),
    );
    const scores = await this.#classifier.scores(crops);
    return {
      faces: readable.map((face, at) =>
        toFace(face, scores[at] ?? [], sidecar.unsureBelow, picture),
      ),
    };
  }
}

function toFace(face: FoundFace, row: Scores, unsureBelow: number, picture: Pixels): Face {
  const confidence = Math.max(...row);
  const expression = EXPRESSIONS[row.indexOf(confidence)] ?? 'neutral';
  const scores = Object.fromEntries(EXPRESSIONS.map((it, at) => [it, row[at] ?? 0])) as Record<
    Expression,
    number
  >;
  const unsure = squeezed(face) || confidence < unsureBelow;
  return { box: fractions(face.box, picture), scores, expression, confidence, unsure };
}

/** A box in pixels as fractions of the picture, cut at its edges. */
function fractions([x, y, width, height]: PixelBox, picture: Pixels): Box {
  const [left, right] = [Math.max(0, x / picture.width), Math.min(1, (x + width) / picture.width)];
  const [top, bottom] = [
    Math.max(0, y / picture.height),
    Math.min(1, (y + height) / picture.height),
  ];
  return { x: left, y: top, width: right - left, height: bottom - top };
}
