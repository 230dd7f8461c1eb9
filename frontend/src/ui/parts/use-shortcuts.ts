import { effect, signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { rememberedShortcuts, rememberShortcuts } from '../../browser/remembered.ts';
import { actionOf, type ShortcutAction } from './shortcuts.ts';

/** Whether the keys do anything; remembered. */
export const shortcutsOn = signal(rememberedShortcuts());
effect(() => rememberShortcuts(shortcutsOn.value));

export function isMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.userAgent ?? '');
}

/** Listens for the keys of the call, from the moment in which its screen is there. */
export function useShortcuts(act: (action: ShortcutAction) => void): void {
  const latest = useRef(act);
  latest.current = act;
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!shortcutsOn.peek() || event.repeat) return;
      const action = actionOf(event, isMac(), isTyping(event.target));
      if (!action) return;
      event.preventDefault(); // else the browser would make a bookmark
      latest.current(action);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
