import type { OwnReading } from '../../past/own-readings.ts';
import { toCsv, toJson } from '../../past/readings-file.ts';
import { onTheWall } from '../../time/page-time.ts';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { Changing } from '../parts/changing.tsx';
import './own-readings.css';
import { pressable } from '../parts/pressable.ts';

/** What the page holds of us, to take along or to forget. */
export function OwnReadingsPanel({ recorder, toast }: CallContext) {
  const readings = recorder.own.value;
  const words = strings.ownReadings;
  const [first] = readings;
  const some = first !== undefined;
  return (
    <>
      <p>
        <Changing>
          {first
            ? words.held(readings.length, strings.format.time(onTheWall(first.receivedAt)))
            : words.none}
        </Changing>
      </p>
      <p class="panel-hint">{words.contents}</p>
      <div class="own-readings">
        <button
          type="button"
          {...pressable(some, () => save(asDated(readings), 'csv', 'text/csv', toCsv))}
        >
          {words.csv}
        </button>
        <button
          type="button"
          {...pressable(some, () =>
            save(asDated(readings), 'json', 'application/json', (them) => toJson(them, Date.now())),
          )}
        >
          {words.json}
        </button>
        <button
          type="button"
          {...pressable(some, () => {
            recorder.forgetSelf();
            toast(words.cleared);
          })}
        >
          {words.clear}
        </button>
      </div>
      <p class="panel-hint">{words.clearHint}</p>
    </>
  );
}

/** With times of this page as the machine's clock shows them; the others are the functions' already. */
function asDated(readings: readonly OwnReading[]): readonly OwnReading[] {
  return readings.map((one) => ({ ...one, receivedAt: onTheWall(one.receivedAt) }));
}

/** Hands a file to the browser, named after the time of the last reading in it (UTC). */
function save(
  readings: readonly OwnReading[],
  suffix: string,
  type: string,
  write: (readings: readonly OwnReading[]) => string,
): void {
  const last = new Date(readings.at(-1)?.receivedAt ?? 0);
  const url = URL.createObjectURL(new Blob([write(readings)], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `expression-readings-${last.toISOString().slice(0, 19).replaceAll(':', '-')}.${suffix}`;
  link.click();
  // The browser has taken the file by then; nothing of it stays in the page.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
