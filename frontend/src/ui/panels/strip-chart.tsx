import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { chartPoints, type Level, type ShownExpression } from '../../past/strips.ts';
import { useSize } from '../parts/use-size.ts';

const ROW_HEIGHT = 24; // px; the labels beside the chart have the same in the style sheet
const MINUTE = 60_000; // ms

interface StripChartProps {
  readonly levels: readonly Level[];
  /** One row each, the first on top. */
  readonly expressions: readonly ShownExpression[];
  readonly span: readonly [from: number, to: number];
  /** The time that is looked at; null for none in particular. */
  readonly time: number | null;
}

/** The rows of one strip over time; what it shows is told in words beside it. Time runs rightwards. */
export function StripChart({ levels, expressions, span, time }: StripChartProps) {
  const [box, { width }] = useSize<HTMLDivElement>();
  const chart = useRef<uPlot>(undefined);
  const shownSpan = useRef(span);
  shownSpan.current = span;
  const rowCount = expressions.length;
  const dark = useDark();
  useLayoutEffect(() => {
    if (!box.current || width === 0) return;
    chart.current = new uPlot(
      optionsOf(box.current, width, rowCount, shownSpan),
      [[]],
      box.current,
    );
    return () => chart.current?.destroy();
  }, [box, width, rowCount, dark]);
  // Drawn anew when there is something else to draw, or another chart to draw it on.
  const drawn = [width, rowCount, dark, levels, expressions, ...span];
  useLayoutEffect(() => {
    const { times, rows } = chartPoints(levels, expressions, span[1]);
    chart.current?.setData([times, ...rows]);
  }, drawn);
  useLayoutEffect(() => {
    const left = time === null ? -1 : (chart.current?.valToPos(time, 'x') ?? -1);
    chart.current?.setCursor({ left, top: 0 }, false);
  }, [time, ...drawn]);
  return (
    <div
      ref={box}
      class="strip-chart"
      dir="ltr"
      aria-hidden="true"
      style={{ height: `${rowCount * ROW_HEIGHT}px` }}
    />
  );
}

function optionsOf(
  box: HTMLElement,
  width: number,
  rowCount: number,
  span: { readonly current: readonly [from: number, to: number] },
): uPlot.Options {
  const style = getComputedStyle(box);
  const colour = style.getPropertyValue('--accent');
  const grid = { stroke: style.getPropertyValue('--line'), width: 1 };
  const axis = { size: 0, values: () => [], ticks: { show: false }, grid };
  const unbound = () => null;
  return {
    width,
    height: rowCount * ROW_HEIGHT,
    ms: 1,
    padding: [0, 0, 0, 0],
    legend: { show: false },
    // Who points, or steps with the keyboard, moves one cursor through all strips.
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: false, y: false },
      bind: { mousemove: unbound, mouseenter: unbound, mouseleave: unbound, mousedown: unbound },
    },
    scales: {
      x: { range: () => [...span.current] },
      y: { range: [0, rowCount] },
    },
    axes: [
      { ...axis, splits: (_, __, from, to) => minutesIn(from, to) },
      { ...axis, splits: () => Array.from({ length: rowCount + 1 }, (_, row) => row) },
    ],
    series: [
      {},
      ...Array.from({ length: rowCount }, (_, row) => ({
        stroke: colour,
        fill: `color-mix(in srgb, ${colour} 55%, transparent)`,
        fillTo: () => rowCount - 1 - row,
        width: 1.5,
        points: { show: false },
      })),
    ],
  };
}

/** The full minutes in a time span; of a long one every second. */
function minutesIn(from: number, to: number): number[] {
  const step = to - from > 5 * MINUTE ? 2 * MINUTE : MINUTE;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, at) => first + at * step);
}

/** Whether colours are the dark ones: a canvas must be drawn anew when they change. */
function useDark(): boolean {
  const [query] = useState(() => matchMedia('(prefers-color-scheme: dark)'));
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = () => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [query]);
  return dark;
}
