// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { afterEach, expect, it, vi } from 'vitest';
import type { EndReason } from '../../stay/ports.ts';
import type { CallContext } from '../parts/call-context.ts';
import { openSmallWindow } from './small-window.ts';

vi.mock('../tiles/stage.tsx', () => ({ Stage: () => 'everybody' }));
afterEach(() => vi.unstubAllGlobals());

/** A call with its small window open. */
async function open() {
  const page = document.implementation.createHTMLDocument();
  const small = Object.assign(new EventTarget(), { document: page, close: vi.fn() });
  vi.stubGlobal('documentPictureInPicture', { requestWindow: async () => small });
  const ended = signal<EndReason | null>(null);
  await openSmallWindow({ stay: { ended } } as unknown as CallContext);
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
