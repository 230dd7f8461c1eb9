import { describe, expect, it } from 'vitest';
import messages from '../../../tests/contract/messages.json';
import { EXPRESSIONS } from '../wire/contract.ts';
import { parseReading, parseUnread } from '../wire/messages.ts';
import { addReading, type OwnReading, READINGS_MAX, withCorrection } from './own-readings.ts';
import { toCsv, toJson } from './readings-file.ts';

const RECEIVED = Date.UTC(2026, 10, 22, 21, 40, 3, 120);

function sightOf(change: object = {}) {
  const reading = parseReading({ ...messages.reading, ...change });
  if (!reading) throw new Error('not a reading');
  return { reading, receivedAt: RECEIVED };
}

function unread() {
  const body = parseUnread(messages.unread);
  if (!body) throw new Error('not an unread frame');
  return { unread: body, receivedAt: RECEIVED };
}

const READINGS = addReading(addReading([], sightOf()), unread());

/** What a spreadsheet makes of it: RFC 4180, read without the code under test. */
function parseCsv(text: string): Record<string, string>[] {
  const [header, ...rows] = text
    .replace(/\r\n$/, '')
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
  return rows.map((cells) => Object.fromEntries(cells.map((one, at) => [header?.[at] ?? '', one])));
}

describe('the table of our readings', () => {
  it('says for each face when, how sure, and all eight scores, as they were received', () => {
    const [first] = parseCsv(toCsv(READINGS));
    const [face] = messages.reading.faces;
    expect(first?.['captured_at']).toBe(new Date(messages.reading.capturedAt).toISOString());
    expect(first?.['received_at']).toBe('2026-11-22T21:40:03.120Z');
    expect(first?.['expression']).toBe(face?.expression);
    expect(Number(first?.['confidence'])).toBe(face?.confidence);
    for (const expression of EXPRESSIONS) {
      expect(Number(first?.[expression])).toBe(face?.scores[expression]);
    }
    expect(first).toMatchObject({ face: '1', unsure: 'false', unread: '', correction: '' });
  });

  it('says why a picture gave no reading, with no score that nobody read', () => {
    const last = parseCsv(toCsv(READINGS)).at(-1);
    expect(last).toMatchObject({
      frame: messages.unread.frame,
      unread: messages.unread.reason,
      captured_at: '',
      happiness: '',
    });
    const nobody = addReading([], sightOf({ faces: [] }));
    expect(parseCsv(toCsv(nobody))[0]).toMatchObject({ unread: 'no-face', face: '' });
  });

  it('has a row for each face of a picture', () => {
    const two = sightOf({ faces: [messages.reading.faces[0], messages.reading.faces[0]] });
    expect(parseCsv(toCsv(addReading([], two))).map(({ face }) => face)).toEqual(['1', '2']);
  });

  it.each(['=HYPERLINK("http://x")', '+1', '-1', '@x', '\tx', '\rx'])(
    'is no formula in a spreadsheet: %j',
    (reader) => {
      const [row] = parseCsv(toCsv(addReading([], sightOf({ reader }))));
      expect(row?.['reader']).toBe(`'${reader}`);
    },
  );

  it('keeps commas and quotes inside their cell', () => {
    const reader = 'a "good", new one';
    expect(parseCsv(toCsv(addReading([], sightOf({ reader }))))[0]?.['reader']).toBe(reader);
  });

  it('is a header alone when nothing was read', () => {
    expect(parseCsv(toCsv([]))).toEqual([]);
    expect(toCsv([])).toContain('captured_at');
  });
});

it('says the same as JSON, with times a person can read', () => {
  const document = JSON.parse(toJson(READINGS, RECEIVED)) as {
    exportedAt: string;
    readings: OwnReading[];
  };
  expect(document.exportedAt).toBe('2026-11-22T21:40:03.120Z');
  expect(document.readings).toHaveLength(2);
  expect(document.readings[0]?.faces[0]?.scores).toEqual(messages.reading.faces[0]?.scores);
  expect(document.readings[1]?.unread).toBe(messages.unread.reason);
});

it('keeps our own word beside what was read', () => {
  const corrected = withCorrection(addReading([], sightOf()), messages.reading.frame, 'fear');
  const [row] = parseCsv(toCsv(corrected));
  expect(row).toMatchObject({
    correction: 'fear',
    expression: messages.reading.faces[0]?.expression ?? '',
  });
  expect(withCorrection(corrected, '1763834400099', 'anger')).toBe(corrected);
});

it('is bounded: the oldest go first', () => {
  const [first] = READINGS;
  const full = Array.from({ length: READINGS_MAX }, () => first as OwnReading);
  const readings = addReading(full, unread());
  expect(readings).toHaveLength(READINGS_MAX);
  expect(readings.at(-1)?.unread).toBe(messages.unread.reason);
});
