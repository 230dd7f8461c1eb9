/** Everything that was read of us in this stay, kept by this page alone, and how to take it along. */
import { EXPRESSIONS, type Expression, type Face, type UnreadReason } from './contract.ts';
import { frameOf, type Sight } from './overlay.ts';

/** The most readings kept; at the live pace more than eight hours. */
export const READINGS_MAX = 15_000;

/** One picture of ours, and what came of it. Times are milliseconds since the Unix epoch. */
export interface OwnReading {
  readonly frame: string;
  readonly receivedAt: number;
  /** When the picture was taken and when it was read; null where it gave no reading. */
  readonly capturedAt: number | null;
  readonly readAt: number | null;
  readonly reader: string | null;
  readonly faces: readonly Face[];
  readonly unread: UnreadReason | null;
  /** The word we chose ourselves, where the reading was wrong. */
  readonly correction: Expression | null;
}

/** The readings with one more. */
export function addReading(readings: readonly OwnReading[], sight: Sight): readonly OwnReading[] {
  return [...readings, ownReading(sight)].slice(-READINGS_MAX);
}

function ownReading(sight: Sight): OwnReading {
  const { reading, unread } = sight;
  return {
    frame: frameOf(sight),
    receivedAt: sight.receivedAt,
    capturedAt: reading?.capturedAt ?? null,
    readAt: reading?.readAt ?? null,
    reader: reading?.reader ?? null,
    faces: reading?.faces ?? [],
    unread: unread?.reason ?? (reading?.faces.length === 0 ? 'no-face' : null),
    correction: null,
  };
}

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
  ...EXPRESSIONS,
  'unread',
  'correction',
] as const;

/**
 * As a table for a spreadsheet (RFC 4180), one row per face or per picture without one. Times are
 * UTC in ISO 8601. No cell can be taken for a formula.
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
    ...EXPRESSIONS.map((expression) => face?.scores[expression]),
    reading.unread,
    reading.correction,
  ];
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet takes text that begins so for a formula; an apostrophe makes it text.
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
      faces: reading.faces.map((face) => ({ ...face, unsure: face.unsure ?? false })),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function isoTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
