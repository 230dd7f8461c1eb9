/** The request with a reading of a picture that stayed on this device, as in `docs/openapi.yaml`. */
import {
  EXPRESSIONS,
  type Expression,
  type Face,
  type RoomMode,
  type ToldReading,
} from '../wire/contract.ts';
import type { Result } from './result.ts';

const DIGITS = 4; // of a fraction, as the functions send them

/**
 * The body of a request with a device's reading (`POST rooms/ROOM/readings`, docs/openapi.yaml).
 *
 * `age` is the time since the picture was taken, in ms; `mode` is the mode that the page showed;
 * `correction` is the own word as `INSTEAD:EXPRESSION`, if there is one.
 */
export function toldOf(
  result: Result,
  age: number,
  mode: RoomMode,
  correction: string | undefined,
): ToldReading {
  if (result.reason) return { mode, reason: result.reason };
  return {
    mode,
    age: Math.max(0, Math.round(age)),
    faces: result.faces.map(toldFace),
    ...(correction && { correction }),
  };
}

/** The faces of our picture; the largest gets our own word if its reading repeats the mistake. */
export function withCorrection(faces: readonly Face[], correction: string | undefined): Face[] {
  const [first, ...others] = faces;
  const [instead, expression] = (correction ?? '').split(':') as [string, Expression];
  const said = EXPRESSIONS.includes(expression);
  if (!first || !said || (first.unsure ? 'unsure' : first.expression) !== instead) {
    return [...faces];
  }
  const scores = Object.fromEntries(EXPRESSIONS.map((it) => [it, Number(it === expression)]));
  const word = { expression, confidence: 1, unsure: false, ownWord: true };
  return [{ ...first, ...word, scores: scores as Face['scores'] }, ...others];
}

function toldFace({ box, scores, unsure = false }: Face) {
  const { x, y, width, height } = box;
  return {
    box: { x: rounded(x), y: rounded(y), width: rounded(width), height: rounded(height) },
    scores: {
      anger: rounded(scores.anger),
      contempt: rounded(scores.contempt),
      disgust: rounded(scores.disgust),
      fear: rounded(scores.fear),
      happiness: rounded(scores.happiness),
      neutral: rounded(scores.neutral),
      sadness: rounded(scores.sadness),
      surprise: rounded(scores.surprise),
    },
    unsure,
  };
}

function rounded(fraction: number): number {
  return Number(Math.min(Math.max(fraction, 0), 1).toFixed(DIGITS));
}
