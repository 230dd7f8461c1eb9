import { describe, expect, it } from 'vitest';
import { actionOf, type Key, shortcutsOf } from './shortcuts.ts';

const press = (key: string, held: Partial<Key> = {}): Key => ({
  key,
  code: `Key${key.toUpperCase()}`,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

describe('the keys', () => {
  it('are Meet’s for microphone and camera, with the main key of the machine', () => {
    expect(actionOf(press('d', { ctrlKey: true }), false, false)).toBe('microphone');
    expect(actionOf(press('e', { metaKey: true }), true, false)).toBe('camera');
    expect(actionOf(press('d', { ctrlKey: true }), true, false)).toBeNull();
    expect(actionOf(press('d'), false, false)).toBeNull();
  });

  it('are found by their place where Alt writes other characters, and let a field have those', () => {
    const key = press('å', { code: 'KeyA', ctrlKey: true, altKey: true });
    expect(actionOf(key, false, false)).toBe('analyze');
    expect(actionOf(key, false, true)).toBeNull();
  });

  it('open the list with a question mark, but not while one is written', () => {
    expect(actionOf(press('?', { code: 'Slash' }), false, false)).toBe('shortcuts');
    expect(actionOf(press('?', { code: 'Slash' }), false, true)).toBeNull();
  });

  it.each([true, false])('are all told, each once: Mac %s', (mac) => {
    const told = shortcutsOf(mac).map(({ keys }) => keys.join('+'));
    expect(new Set(told).size).toBe(told.length);
  });
});
