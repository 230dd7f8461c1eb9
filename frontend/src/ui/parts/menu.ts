import type { RefObject } from 'preact';
import { useId, useRef } from 'preact/hooks';

const GAP = 8; // px between the button and what it opens
const PHONE = 480; // px

interface Menu {
  readonly id: string;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly list: RefObject<HTMLDivElement | null>;
  /** Puts what is opened above its button. */
  readonly place: () => void;
}

/**
 * What a button of the bar opens above itself: attach the refs, the id and `place`. What is `wide`
 * takes a phone's whole width.
 */
export function useMenu(wide = false): Menu {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const place = () => {
    const { top, left, right } = button.current?.getBoundingClientRect() ?? new DOMRect();
    const style = list.current?.style;
    if (!style) return;
    style.bottom = `${innerHeight - top + GAP}px`;
    style.maxHeight = `calc(${top - 2 * GAP}px - env(safe-area-inset-top))`;
    style.width = '';
    if (wide && innerWidth <= PHONE) {
      Object.assign(style, { left: `${GAP}px`, right: `${GAP}px`, width: 'auto' });
      return;
    }
    // Towards the middle of the window, whichever way the page is written.
    const onTheRight = left + right > innerWidth;
    style.right = onTheRight ? `${Math.max(GAP, innerWidth - right)}px` : 'auto';
    style.left = onTheRight ? 'auto' : `${Math.max(GAP, left)}px`;
  };
  return { id, button, list, place };
}
