import { h, render } from 'preact';
import type { CallContext } from '../parts/call-context.ts';
import { Stage } from '../tiles/stage.tsx';

const SIZE = { width: 360, height: 420 }; // px

interface DocumentPictureInPicture {
  readonly window: Window | null;
  requestWindow(size: { width: number; height: number }): Promise<Window>;
}

function ofBrowser(): DocumentPictureInPicture | undefined {
  const { documentPictureInPicture } = globalThis as {
    documentPictureInPicture?: DocumentPictureInPicture;
  };
  return documentPictureInPicture;
}

/** Shows everybody's tiles, emojis included, in a small window that stays before all others. */
export async function openSmallWindow(context: CallContext): Promise<void> {
  const small = await ofBrowser()?.requestWindow(SIZE);
  if (!small) return;
  const { document: page } = small;
  page.documentElement.lang = document.documentElement.lang;
  page.documentElement.dir = document.documentElement.dir;
  page.title = document.title;
  for (const style of document.querySelectorAll('link[rel=stylesheet], style')) {
    page.head.append(style.cloneNode(true));
  }
  page.body.className = 'small-window';
  render(h(Stage, { context, quiet: true }), page.body);
  const unsubscribe = context.stay.ended.subscribe((reason) => {
    if (reason) small.close();
  });
  const close = () => {
    unsubscribe();
    render(null, page.body);
  };
  small.addEventListener('pagehide', close, { once: true });
}
