import { useEffect } from 'preact/hooks';

/** When what has the focus goes by itself, the heading above it gets the focus, so that none is lost. */
export function useKeptFocus(): void {
  useEffect(() => {
    let panel: Element | null = null;
    let focused: Element | null = null;
    const follow = ({ target }: FocusEvent) => {
      focused = target instanceof Element ? target : null;
      panel = focused?.closest('.panel') ?? null;
    };
    const leave = ({ target }: FocusEvent) => {
      // Some browsers say this, too, of what is removed.
      queueMicrotask(() => {
        if (target === focused && focused?.isConnected) focused = null;
      });
    };
    const removals = new MutationObserver(() => {
      if (!focused || focused.isConnected || document.activeElement !== document.body) return;
      focused = null;
      const heading = panel?.isConnected ? panel.querySelector('h2') : document.querySelector('h1');
      heading?.focus();
    });
    removals.observe(document.body, { childList: true, subtree: true });
    document.addEventListener('focusin', follow);
    document.addEventListener('focusout', leave);
    return () => {
      removals.disconnect();
      document.removeEventListener('focusin', follow);
      document.removeEventListener('focusout', leave);
    };
  }, []);
}
