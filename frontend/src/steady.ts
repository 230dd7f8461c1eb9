/**
 * What is shown of a face over time: steadier than single readings, never far behind them.
 *
 * Each face has its filter. Readings that look like what is shown are averaged into it,
 * exponentially with a time constant of four seconds (Brown, "Exponential Smoothing for Predicting
 * Demand", 1956; the weight follows the time between two pictures). One that looks different waits
 * for the next: if that looks different from what is shown as well, the mean of the two is shown.
 * So a change that lasts shows with its second reading, two seconds after its first, and a blip of
 * one picture never shows. The filter starts over, showing a reading as it is, when somebody asked
 * for it and when the former one is too old or too near to come from the steady pace. What somebody
 * says of themselves needs no second time.
 */
import { EXPRESSIONS, type Expression, type Face, type Reading } from './contract.ts';
import { type FollowedFace, followFaces } from './overlay.ts';

const TIME_CONSTANT = 4_000; // ms
const SHORTEST_PAUSE = 1_000; // ms, half of the live pace; nearer pictures were asked for
const LONGEST_PAUSE = 5_000; // ms; after it a face is read anew

/** A face as last read, as shown, and the reading that waits for a second one like it. */
export interface SteadyFace extends FollowedFace {
  readonly shown: Face;
  readonly doubted: Face | null;
}

/** The filters of one participant's faces after a reading. */
export interface SteadyFaces {
  readonly capturedAt: number;
  readonly faces: readonly SteadyFace[];
}

/** The largest face with its person's own word for how it looks, at once. */
export function withOwnWord(former: SteadyFaces, expression: Expression): SteadyFaces {
  const [first, ...others] = former.faces;
  if (!first) return former;
  const scores = Object.fromEntries(EXPRESSIONS.map((it) => [it, Number(it === expression)]));
  const said = { expression, confidence: 1, unsure: false, ownWord: true };
  const shown = { ...first.shown, ...said, scores: scores as Face['scores'] };
  return { ...former, faces: [{ ...first, shown, doubted: null }, ...others] };
}

/** Takes in a participant's next reading; `atOnce` shows it as it is. */
export function steady(
  former: SteadyFaces | undefined,
  { capturedAt, faces }: Reading,
  atOnce: boolean,
): SteadyFaces {
  const pause = former ? capturedAt - former.capturedAt : Number.POSITIVE_INFINITY;
  const startsOver = atOnce || pause < SHORTEST_PAUSE || pause > LONGEST_PAUSE;
  const before = new Map((former?.faces ?? []).map((one) => [one.id, one]));
  return {
    capturedAt,
    faces: followFaces([...before.values()], faces).map((followed) => ({
      ...followed,
      ...next(startsOver ? undefined : before.get(followed.id), followed.face, pause),
    })),
  };
}

function next(
  before: SteadyFace | undefined,
  face: Face,
  pause: number,
): Pick<SteadyFace, 'shown' | 'doubted'> {
  if (!before || face.ownWord) return { shown: face, doubted: null };
  const { shown, doubted } = before;
  if (looksLike(shown, face)) {
    return { shown: mix(shown, face, 1 - Math.exp(-pause / TIME_CONSTANT)), doubted: null };
  }
  if (doubted) return { shown: mix(doubted, face, 0.5), doubted: null };
  return { shown: { ...shown, box: face.box }, doubted: face };
}

function looksLike(a: Face, b: Face): boolean {
  return a.unsure || b.unsure ? a.unsure === b.unsure : a.expression === b.expression;
}

/** The newer face, its scores mixed with the older one's. */
function mix(older: Face, newer: Face, weight: number): Face {
  const scores = Object.fromEntries(
    EXPRESSIONS.map((it) => [
      it,
      older.scores[it] + weight * (newer.scores[it] - older.scores[it]),
    ]),
  ) as Record<Expression, number>;
  const expression = EXPRESSIONS.reduce((best, it) => (scores[it] > scores[best] ? it : best));
  return { ...newer, scores, expression, confidence: scores[expression] };
}
