import { expect, it } from 'vitest';
import { lackOf } from './able.ts';

it('names what keeps a browser from reading by itself', () => {
  const whole = { WebAssembly, Worker: 1, OffscreenCanvas: 1 };
  const without = (thing: string) =>
    lackOf(
      Object.fromEntries(
        Object.entries(whole).filter(([name]) => name !== thing),
      ) as unknown as typeof globalThis,
    );
  expect(without('nothing')).toBeNull();
  expect(without('WebAssembly')).toBe('webassembly');
  expect(without('OffscreenCanvas')).toBe('canvas');
});
