/** The keys of the call: Meet's for what Meet has, and Control with Alt for what it has not. */

/** What a key does. */
export type ShortcutAction =
  | 'microphone'
  | 'camera'
  | 'analyze'
  | 'live'
  | 'read'
  | 'people'
  | 'expressions'
  | 'shortcuts';

/** The keys of one action, as they are written on a keyboard. */
export interface Shortcut {
  readonly action: ShortcutAction;
  readonly keys: readonly string[];
}

/** What of a keyboard event tells which key it is. */
export type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'> &
  Partial<Pick<KeyboardEvent, 'getModifierState'>>;

/** The list, for a Mac or for others. */
export function shortcutsOf(mac: boolean): readonly Shortcut[] {
  const main = mac ? '⌘' : 'Ctrl';
  const own = mac ? ['⌃', '⌥'] : ['Ctrl', 'Alt'];
  return [
    { action: 'microphone', keys: [main, 'D'] },
    { action: 'camera', keys: [main, 'E'] },
    { action: 'analyze', keys: [...own, 'A'] },
    { action: 'live', keys: [...own, 'L'] },
    { action: 'read', keys: [...own, 'R'] },
    { action: 'people', keys: [...own, 'P'] },
    { action: 'expressions', keys: [...own, 'X'] },
    { action: 'shortcuts', keys: ['?'] },
  ];
}

const OWN: Readonly<Record<string, ShortcutAction>> = {
  KeyA: 'analyze',
  KeyL: 'live',
  KeyR: 'read',
  KeyP: 'people',
  KeyX: 'expressions',
};

/** What a pressed key does, or null. `typing` is whether it goes into a field. */
export function actionOf(event: Key, mac: boolean, typing: boolean): ShortcutAction | null {
  const { key, code, ctrlKey, metaKey, altKey } = event;
  const main = mac ? metaKey && !ctrlKey : ctrlKey && !metaKey;
  if (main && !altKey) {
    if (key.toLowerCase() === 'd') return 'microphone';
    if (key.toLowerCase() === 'e') return 'camera';
  }
  // With Alt many keyboards write other characters: the place of the key counts. And in a field
  // they shall write them.
  if (typing || event.getModifierState?.('AltGraph')) return null; // AltGr is Ctrl+Alt to Windows
  if (ctrlKey && altKey && !metaKey) return OWN[code] ?? null;
  return key === '?' && !ctrlKey && !metaKey && !altKey ? 'shortcuts' : null;
}
