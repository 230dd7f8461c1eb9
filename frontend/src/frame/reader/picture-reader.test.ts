import { expect, it } from 'vitest';
import golden from '../../../../tests/contract/reader.json';
import { EXPRESSIONS } from '../../wire/contract.ts';
import type { Result } from '../result.ts';
import type { Pixels } from './pixels.ts';
import { functionsReader } from './testing/functions-reader.ts';
import { pictureOf, type Recipe } from './testing/pictures.ts';

interface Vector {
  readonly recipe: Recipe;
  readonly reason?: string;
  readonly faces?: readonly {
    readonly box: readonly number[];
    readonly scores: readonly number[];
    readonly unsure: boolean;
  }[];
}

const VECTORS = golden.vectors as unknown as readonly Vector[];
/** All with GOLDEN=all; else photographs and kinds, and of the others what a few seconds allow. */
const SOME = VECTORS.filter((_, at) => at < 11 || at % 10 === 0);
const chosen = process.env['GOLDEN'] === 'all' ? VECTORS : SOME;

const SCORE = 0.015;
const PIXEL = 1;

/** What differs between a reading and its vector, in words; and the largest difference of a score. */
function difference(
  vector: Vector,
  result: Result,
  picture: Pixels,
): [string | null, number, number] {
  const said = result.reason ?? `${result.faces.length} faces`;
  const wanted = vector.reason ?? `${vector.faces?.length} faces`;
  if (said !== wanted) return [`${said} in place of ${wanted}`, 0, 0];
  let [score, pixel] = [0, 0];
  let doubt: string | null = null;
  for (const [at, face] of (result.faces ?? []).entries()) {
    const { box, scores, unsure } = vector.faces?.[at] ?? { box: [], scores: [], unsure: false };
    const { x, y, width, height } = face.box;
    const sides = [
      x * picture.width,
      y * picture.height,
      width * picture.width,
      height * picture.height,
    ];
    sides.forEach((side, it) => {
      pixel = Math.max(pixel, Math.abs(side - (box[it] ?? Number.NaN)));
    });
    EXPRESSIONS.forEach((expression, it) => {
      score = Math.max(score, Math.abs(face.scores[expression] - (scores[it] ?? Number.NaN)));
    });
    if (face.unsure !== unsure) doubt = `unsure: ${face.unsure}`;
  }
  const far = score > SCORE || pixel > PIXEL;
  return [far ? `${score} of a score, ${pixel} pixels` : doubt, score, pixel];
}

it('reads the golden pictures as the functions do', { timeout: 3_600_000 }, async () => {
  const reader = await functionsReader();
  const wrong: string[] = [];
  let [score, pixel] = [0, 0];
  for (const vector of chosen) {
    const picture = pictureOf(vector.recipe);
    const [differs, ...far] = difference(vector, await reader.read(picture), picture);
    [score, pixel] = [Math.max(score, far[0]), Math.max(pixel, far[1])];
    if (differs) wrong.push(`${JSON.stringify(vector.recipe)}: ${differs}`);
  }
  if (process.env['GOLDEN'] === 'all') {
    process.stdout.write(
      `${chosen.length} pictures: at most ${score.toFixed(5)} of a score, ${pixel.toFixed(3)} pixels\n`,
    );
  }
  expect(wrong).toEqual([]);
});
