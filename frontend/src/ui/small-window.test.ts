// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { afterEach, expect, it, vi } from 'vitest';
import type { EndReason } from '../session.ts';
import type { CallContext } from './call-context.ts';
import { openSmallWindow } from './small-window.ts';

vi.mock('./stage.tsx', () => ({ Stage: () => 'everybody' }));
afterEach(() => vi.unstubAllGlobals());

/** A call with its small window open. */
async function open() {
  const page = document.implementation.createHTMLDocument();
  const small = Object.assign(new EventTarget(), { document: page, close: vi.fn() });
  vi.stubGlobal('documentPictureInPicture', { requestWindow: async () => small });
  const ended = signal<EndReason | null>(null);
  await openSmallWindow({ session: { ended } } as unknown as CallContext);
  return { page, small, ended };
}

it('goes with the call', async () => {
  const { page, small, ended } = await open();
  expect(page.body.textContent).toBe('everybody');
  ended.value = 'left';
  expect(small.close).toHaveBeenCalledOnce();
});

it('watches the call no longer than it is open', async () => {
  const { page, small, ended } = await open();
  small.dispatchEvent(new Event('pagehide'));
  expect(page.body.textContent).toBe('');
  ended.value = 'left';
  expect(small.close).not.toHaveBeenCalled();
});
