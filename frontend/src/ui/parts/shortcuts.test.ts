import { describe, expect, it } from 'vitest';
import { actionOf, type Key, shortcutsOf } from './shortcuts.ts';

const press = (key: string, held: Partial<Key> = {}): Key => ({
  key,
  code: `Key${key.toUpperCase()}`,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('the keys', () => {
  it('are Meet’s for microphone and camera, with the main key of the machine', () => {
    expect(actionOf(press('d', { ctrlKey: true }), false, false)).toBe('microphone');
    expect(actionOf(press('e', { metaKey: true }), true, false)).toBe('camera');
    expect(actionOf(press('d', { ctrlKey: true }), true, false)).toBeNull();
    expect(actionOf(press('d'), false, false)).toBeNull();
  });

  it.each([
    ['Arabic', 'ي', 'ث'],
    ['Hebrew', 'ג', 'ק'],
    ['Russian', 'в', 'у'],
    ['Greek', 'δ', 'ε'],
    ['Hindi', '\u094d', '\u093e'],
    ['Thai', 'ก', 'ำ'],
    ['Korean', 'ㅇ', 'ㄷ'],
    ['an input method', 'Process', 'Process'],
  ])('are found by their place where letters are not Latin: %s', (_, d, e) => {
    expect(actionOf(press(d, { code: 'KeyD', ctrlKey: true }), false, false)).toBe('microphone');
    expect(actionOf(press(e, { code: 'KeyE', ctrlKey: true }), false, true)).toBe('camera');
    expect(actionOf(press(d, { code: 'KeyD', metaKey: true }), true, false)).toBe('microphone');
    expect(actionOf(press(d, { code: 'KeyG', ctrlKey: true }), false, false)).toBeNull();
  });

  it.each([
    ['Dvorak', 'd', 'KeyH', 'microphone'],
    ['Dvorak', 'e', 'KeyD', 'camera'],
    ['Dvorak', '.', 'KeyE', null],
    ['Turkish F', 'ğ', 'KeyE', null],
    ['Bépo', 'é', 'KeyW', null],
    ['AZERTY', 'd', 'KeyD', 'microphone'],
  ])('are those of a Latin layout, wherever they lie: %s %s', (_, key, code, action) => {
    expect(actionOf(press(key, { code, ctrlKey: true }), false, false)).toBe(action);
  });

  it('with Alt are those a Latin layout says, too', () => {
    const held = { ctrlKey: true, altKey: true };
    expect(actionOf(press('a', { code: 'KeyQ', ...held }), false, false)).toBe('everyone');
    expect(actionOf(press('q', { code: 'KeyA', ...held }), false, false)).toBeNull();
    expect(actionOf(press('ش', { code: 'KeyA', ...held }), false, false)).toBe('everyone');
  });

  it('are found by their place where Alt writes other characters, and let a field have those', () => {
    const key = press('å', { code: 'KeyA', ctrlKey: true, altKey: true });
    expect(actionOf(key, false, false)).toBe('everyone');
    expect(actionOf(key, false, true)).toBeNull();
  });

  it('leave the browser its own, which are held with Shift', () => {
    const shift = (key: string, held: Partial<Key>) => press(key, { shiftKey: true, ...held });
    expect(actionOf(shift('E', { ctrlKey: true }), false, false)).toBeNull();
    expect(actionOf(shift('D', { metaKey: true }), true, false)).toBeNull();
    expect(actionOf(shift('P', { ctrlKey: true, altKey: true }), false, false)).toBeNull();
    expect(actionOf(press('D', { ctrlKey: true }), false, false)).toBe('microphone'); // Caps Lock
    expect(actionOf(shift('?', { code: 'Slash' }), false, false)).toBe('shortcuts');
  });

  it('open the list with a question mark, but not while one is written', () => {
    expect(actionOf(press('?', { code: 'Slash' }), false, false)).toBe('shortcuts');
    expect(actionOf(press('?', { code: 'Slash' }), false, true)).toBeNull();
  });

  it('open the list with an Arabic question mark', () => {
    expect(actionOf(press('؟', { code: 'Slash' }), false, false)).toBe('shortcuts');
  });

  it.each([true, false])('are all told, each once: Mac %s', (mac) => {
    const told = shortcutsOf(mac).map(({ keys }) => keys.join('+'));
    expect(new Set(told).size).toBe(told.length);
  });
});
