/** Guards for all incoming JSON. Each returns the value, or null for anything else. */
import type { JsonObject } from './contract.ts';

const RANDOM_ID = /^[A-Za-z0-9_-]{22}$/;
const FRAME = /^[0-9]{13}$/;

/** Whether `value` has the form of a room or participant id. */
export function isRandomId(value: unknown): value is string {
  return typeof value === 'string' && RANDOM_ID.test(value);
}

/** A plain JSON object, or null. */
export function parseObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : null;
}

export function list<T>(value: unknown, parse: (item: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(value)) return null;
  const items = value.map(parse);
  return items.some((item) => item === null) ? null : (items as T[]);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

export function textOrNull(value: unknown): string | null {
  return isText(value) ? value : null;
}

export function isFrame(value: unknown): value is string {
  return typeof value === 'string' && FRAME.test(value);
}

export function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
