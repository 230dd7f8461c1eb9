/** Our own readings as files to download. */
import { EXPRESSIONS, type Face } from '../wire/contract.ts';
import type { OwnReading } from './own-readings.ts';

const COLUMNS = [
  'frame',
  'received_at',
  'captured_at',
  'read_at',
  'reader',
  'face',
  'expression',
  'confidence',
  'unsure',
  'own_word',
  ...EXPRESSIONS,
  'unread',
  'correction',
] as const;

/**
 * As a table for a spreadsheet (RFC 4180), one row per face or per picture without one. Times are
 * UTC in ISO 8601. No spreadsheet can treat a cell as a formula.
 */
export function toCsv(readings: readonly OwnReading[]): string {
  const rows = readings.flatMap((reading) =>
    reading.faces.length === 0
      ? [row(reading, null, null)]
      : reading.faces.map((face, index) => row(reading, face, index + 1)),
  );
  return [COLUMNS, ...rows].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

type Cell = string | number | null | undefined;

function row(reading: OwnReading, face: Face | null, number: number | null): readonly Cell[] {
  return [
    reading.frame,
    isoTime(reading.receivedAt),
    isoTime(reading.capturedAt),
    isoTime(reading.readAt),
    reading.reader,
    number,
    face?.expression,
    face?.confidence,
    face && String(face.unsure ?? false),
    face && String(face.ownWord ?? false),
    ...EXPRESSIONS.map((expression) => face?.scores[expression]),
    reading.unread,
    reading.correction,
  ];
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet treats text with such a beginning as a formula; an apostrophe makes it text.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** As JSON; times are UTC in ISO 8601. */
export function toJson(readings: readonly OwnReading[], exportedAt: number): string {
  const document = {
    exportedAt: isoTime(exportedAt),
    about: 'What faces looked like to a program. An appearance, which can be wrong; no feeling.',
    readings: readings.map((reading) => ({
      ...reading,
      receivedAt: isoTime(reading.receivedAt),
      capturedAt: isoTime(reading.capturedAt),
      readAt: isoTime(reading.readAt),
      faces: reading.faces.map(({ unsure = false, ownWord = false, ...face }) => ({
        ...face,
        unsure,
        ownWord,
      })),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function isoTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
