// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Level, ShownExpression } from '../../past/strips.ts';
import { StripChart } from './strip-chart.tsx';

const drawn = vi.hoisted(() => ({ setData: vi.fn(), setCursor: vi.fn() }));
vi.mock('uplot', () => ({
  default: class {
    setData = drawn.setData;
    setCursor = drawn.setCursor;
    valToPos = (time: number) => time;
    destroy = () => undefined;
  },
}));
vi.mock('../parts/use-size.ts', async () => {
  const { useRef } = await import('preact/hooks');
  return { useSize: () => [useRef(null), { width: 200, height: 24 }] };
});

const LEVELS: readonly Level[] = [{ at: 0, levels: new Map([['happiness', 1]]) }];
const EXPRESSIONS: readonly ShownExpression[] = ['happiness'];

beforeEach(() => void vi.clearAllMocks());
afterEach(() => render(null, document.body));

function show(until: number, time: number | null, levels = LEVELS): Promise<void> {
  const chart = (
    <StripChart levels={levels} expressions={EXPRESSIONS} span={[0, until]} time={time} />
  );
  return act(() => render(chart, document.body));
}

it('draws anew what is another, and moves the cursor without drawing', async () => {
  await show(60_000, null);
  await show(60_000, null);
  expect(drawn.setData).toHaveBeenCalledTimes(1);
  await show(60_000, 5_000);
  expect(drawn.setData).toHaveBeenCalledTimes(1);
  expect(drawn.setCursor).toHaveBeenLastCalledWith({ left: 5_000, top: 0 }, false);
  await show(61_000, 5_000);
  await show(61_000, 5_000, [...LEVELS]);
  expect(drawn.setData).toHaveBeenCalledTimes(3);
});
