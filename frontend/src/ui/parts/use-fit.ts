import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Gives an element the first of these layouts in which all its content is inside it, as its `data-fit`:
 * measured, since how wide words are depends on the language, the font and the size of the letters.
 * The last layout is taken where none fits. `layouts` is asked anew each time.
 *
 * What `keeps` goes back to an earlier layout only as its width or `layouts` changes: nothing jumps to
 * and fro as the words in it grow and shrink.
 */
export function useFit<T extends HTMLElement>(
  layouts: () => readonly string[],
  { keeps = false } = {},
): RefObject<T | null> {
  const ref = useRef<T>(null);
  const latest = useRef(layouts);
  latest.current = layouts;
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    let measured = { all: latest.current(), width: -1 };
    const measure = () => {
      const now = { all: latest.current(), width: element.clientWidth };
      const same = keeps && now.all === measured.all && now.width === measured.width;
      const first = same ? now.all.indexOf(element.dataset['fit'] ?? '') : 0;
      measured = now;
      for (const layout of now.all.slice(Math.max(0, first))) {
        element.dataset['fit'] = layout;
        if (holds(element)) return;
      }
    };
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    // Larger letters widen what is inside, and not the element itself.
    for (const child of element.children) sizes.observe(child);
    // A timer's figures are all as wide; one more makes its element wider.
    const words = new MutationObserver((changes) => {
      const ticks = ({ target }: MutationRecord) =>
        target instanceof Element && target.role === 'timer';
      if (!changes.every(ticks)) measure();
    });
    words.observe(element, { childList: true, characterData: true, subtree: true });
    return () => {
      sizes.disconnect();
      words.disconnect();
    };
  }, []);
  return ref;
}

/** Whether all of the content is inside; content over the padding is not, though nothing scrolls. */
function holds(element: Element): boolean {
  if (element.scrollWidth > element.clientWidth) return false;
  const { paddingLeft, paddingRight } = getComputedStyle(element);
  const { left, right } = element.getBoundingClientRect();
  const [from, to] = [
    left + Number.parseFloat(paddingLeft),
    right - Number.parseFloat(paddingRight),
  ];
  return [...element.children].every((child) => {
    const box = child.getBoundingClientRect();
    return box.width === 0 || (box.left >= from - 1 && box.right <= to + 1);
  });
}
