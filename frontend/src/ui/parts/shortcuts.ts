/** The keys of the call: Meet's for what Meet has, and Control with Alt for what it has not. */

/** What a key does. */
export type ShortcutAction =
  | 'microphone'
  | 'camera'
  | 'everyone'
  | 'pace'
  | 'read'
  | 'people'
  | 'expressions'
  | 'fullscreen'
  | 'shortcuts';

/** The keys of one action, as they are written on a keyboard. */
export interface Shortcut {
  readonly action: ShortcutAction;
  readonly keys: readonly string[];
}

/** What of a keyboard event tells which key it is. */
export type Key = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'
> &
  Partial<Pick<KeyboardEvent, 'getModifierState'>>;

/** The list, for a Mac or for others. */
export function shortcutsOf(mac: boolean): readonly Shortcut[] {
  const main = mac ? '⌘' : 'Ctrl';
  const own = mac ? ['⌃', '⌥'] : ['Ctrl', 'Alt'];
  return [
    { action: 'microphone', keys: [main, 'D'] },
    { action: 'camera', keys: [main, 'E'] },
    { action: 'everyone', keys: [...own, 'A'] },
    { action: 'pace', keys: [...own, 'L'] },
    { action: 'read', keys: [...own, 'R'] },
    { action: 'people', keys: [...own, 'P'] },
    { action: 'expressions', keys: [...own, 'X'] },
    { action: 'fullscreen', keys: [...own, 'F'] },
    { action: 'shortcuts', keys: ['?'] },
  ];
}

const MAIN: Readonly<Record<string, ShortcutAction>> = { d: 'microphone', e: 'camera' };
const OWN: Readonly<Record<string, ShortcutAction>> = {
  a: 'everyone',
  l: 'pace',
  r: 'read',
  p: 'people',
  x: 'expressions',
  f: 'fullscreen',
};
const QUESTION_MARKS = ['?', '؟', '՞'];

/** What a pressed key does, or null. `typing` is whether it goes into a field. */
export function actionOf(event: Key, mac: boolean, typing: boolean): ShortcutAction | null {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  const main = mac ? metaKey && !ctrlKey : ctrlKey && !metaKey;
  if (shiftKey && (ctrlKey || metaKey)) return null; // the browser's own: Ctrl+Shift+E and others
  if (main && !altKey) return MAIN[mainLetterOf(event)] ?? null;
  // In a field, keys with Alt shall write what they write.
  if (typing || event.getModifierState?.('AltGraph')) return null; // AltGr is Ctrl+Alt to Windows
  if (ctrlKey && altKey && !metaKey) return OWN[ownLetterOf(event)] ?? null;
  const asks = QUESTION_MARKS.includes(key) && !ctrlKey && !metaKey && !altKey;
  return asks ? 'shortcuts' : null;
}

/**
 * The Latin letter of a key. A Latin layout says it, wherever its keys lie (AZERTY, Dvorak); one of
 * another script writes its own letters, and there the place of the key counts, as for the browser's
 * own shortcuts. An input method may give no character at all.
 */
function mainLetterOf({ key, code }: Key): string {
  const named = [...key].length > 1 || key === ''; // Process, Dead, Unidentified
  const otherScript = !named && /^[^\p{ASCII}\p{Script=Latin}]/u.test(key);
  return named || otherScript ? placeOf(code) : key.toLowerCase();
}

/** With Alt Latin layouts, too, write other characters. */
function ownLetterOf({ key, code }: Key): string {
  return /^[a-z]$/i.test(key) ? key.toLowerCase() : placeOf(code);
}

/** The letter at that place of an English keyboard. */
function placeOf(code: string): string {
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? '';
}
