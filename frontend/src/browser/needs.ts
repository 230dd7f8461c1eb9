/** The features that this page needs, and whether the browser has them. */

/** The names are those in `strings.unsupported.things`. */
export type Need = 'popover' | 'websocket' | 'resize-observer' | 'media-stream' | 'abort';

const NEEDS: Readonly<Record<Need, (browser: typeof globalThis) => boolean>> = {
  popover: ({ HTMLElement }) => 'showPopover' in HTMLElement.prototype,
  websocket: (browser) => 'WebSocket' in browser,
  'resize-observer': (browser) => 'ResizeObserver' in browser,
  'media-stream': (browser) => 'MediaStream' in browser,
  abort: (browser) => 'AbortController' in browser,
};

/** The needed features that a browser lacks. The page works without other features, or says so in their place. */
export function missingNeeds(browser: typeof globalThis): readonly Need[] {
  return (Object.keys(NEEDS) as Need[]).filter((need) => !NEEDS[need](browser));
}
