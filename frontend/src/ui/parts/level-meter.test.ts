import { expect, it } from 'vitest';
import { stepsOf } from './level-meter.tsx';

it.each([
  [0, 0],
  [0.001, 0],
  [0.02, 3],
  [0.2, 7],
  [1, 10],
])('a loudness of %f lights %i of ten steps', (level, steps) => {
  expect(stepsOf(level)).toBe(steps);
});
