/**
 * The shown look of a face over time: steadier than single readings, and only a little later.
 *
 * Each face has its filter. Readings that look like what is shown are averaged into it,
 * exponentially with a time constant of four seconds (Brown, "Exponential Smoothing for Predicting
 * Demand", 1956; the weight follows the time between two pictures). A reading that looks different
 * waits for the next one. If that looks different from the shown look, too, the mean of the two is
 * shown. So a lasting change shows with its second reading, about 0.4 s after its first (the page takes
 * that picture early; in a room-only call it is two seconds). A change in only one picture never shows,
 * and an expression that is likelier by a little is averaged in. `bench.flicker` measures all this.
 * The filter starts again and shows a reading unchanged after somebody asked to read everyone, and if
 * the reading before is too old or too recent for the steady pace. An own word needs no second reading.
 */
import {
  type Box,
  EXPRESSIONS,
  type Expression,
  type Face,
  type Reading,
} from '../wire/contract.ts';

const TIME_CONSTANT = 4_000; // ms
const LIKELIER = 0.15; // of all likelihood; by less, another expression is no different look
const SHORTEST_PAUSE = 250; // ms, less than `CONFIRM_PAUSE`; pictures closer together were asked for
const LONGEST_PAUSE = 5_000; // ms; after it the filter starts again

/** A face that keeps its `id` from one reading to the next, so that its emoji can glide. */
export interface FollowedFace {
  readonly id: number;
  readonly face: Face;
}

/** A face as last read, as `shown`, and a different look (`doubted`) that waits for a second reading. */
export interface SteadyFace extends FollowedFace {
  readonly shown: Face;
  readonly doubted: Face | null;
}

/** The filters of one participant's faces after a reading. */
export interface SteadyFaces {
  readonly capturedAt: number;
  readonly faces: readonly SteadyFace[];
}

/** Shows the person's own word at their largest face, at once. */
export function withOwnWord(former: SteadyFaces, expression: Expression): SteadyFaces {
  const [first, ...others] = former.faces;
  if (!first) return former;
  const scores = Object.fromEntries(EXPRESSIONS.map((it) => [it, Number(it === expression)]));
  const said = { expression, confidence: 1, unsure: false, ownWord: true };
  const shown = { ...first.shown, ...said, scores: scores as Face['scores'] };
  return { ...former, faces: [{ ...first, shown, doubted: null }, ...others] };
}

/**
 * The filters after a participant's next reading; `former` are those after the one before.
 *
 * With `atOnce` the reading is shown unchanged, because somebody asked to read everyone.
 */
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

/**
 * Whether the next picture should come early: another expression was read, and surely. A reading that
 * only became unsure waits, since it often is sure again.
 */
export function needsConfirming({ shown, doubted }: SteadyFace): boolean {
  return doubted !== null && !doubted.unsure && doubted.expression !== shown.expression;
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

function looksLike(shown: Face, face: Face): boolean {
  if (shown.unsure || face.unsure) return shown.unsure === face.unsure;
  return face.confidence - face.scores[shown.expression] <= LIKELIER;
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
