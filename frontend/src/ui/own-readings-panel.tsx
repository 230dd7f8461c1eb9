import type { OwnReading } from '../own-readings.ts';
import { toCsv, toJson } from '../readings-file.ts';
import { strings } from '../strings.ts';
import type { CallContext } from './call-context.ts';
import './own-readings.css';

/** What the page holds of us, to take along or to forget. */
export function OwnReadingsPanel({ recorder, toast }: CallContext) {
  const readings = recorder.own.value;
  const words = strings.ownReadings;
  const [first] = readings;
  return (
    <>
      <p>
        {first ? words.held(readings.length, strings.format.time(first.receivedAt)) : words.none}
      </p>
      <p class="panel-hint">{words.contents}</p>
      <div class="own-readings">
        <button
          type="button"
          disabled={!first}
          onClick={() => save(readings, 'csv', 'text/csv', toCsv(readings))}
        >
          {words.csv}
        </button>
        <button
          type="button"
          disabled={!first}
          onClick={() => save(readings, 'json', 'application/json', toJson(readings, Date.now()))}
        >
          {words.json}
        </button>
        <button
          type="button"
          disabled={!first}
          onClick={() => {
            recorder.forgetSelf();
            toast(words.cleared);
          }}
        >
          {words.clear}
        </button>
      </div>
      <p class="panel-hint">{words.clearHint}</p>
    </>
  );
}

/** Hands a file to the browser, named after the time of the last reading in it (UTC). */
function save(readings: readonly OwnReading[], suffix: string, type: string, text: string): void {
  const last = new Date(readings.at(-1)?.receivedAt ?? 0);
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `expression-readings-${last.toISOString().slice(0, 19).replaceAll(':', '-')}.${suffix}`;
  link.click();
  // The browser has taken the file by then; nothing of it stays in the page.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
