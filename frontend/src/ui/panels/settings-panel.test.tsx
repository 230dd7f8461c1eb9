// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { LocalMedia } from '../../devices/local-media.ts';
import { ReadingWay } from '../../frame/way.ts';
import { strings } from '../../words/strings.ts';
import { wayWords } from '../../words/way.ts';
import type { CallContext } from '../parts/call-context.ts';
import { SettingsPanel } from './settings-panel.tsx';

afterEach(() => render(null, document.body));

it('asks again for the choice of who reads that the lobby did not get, and offers to try again', async () => {
  const way = signal<ReadingWay | null>(null);
  const onWay = vi.fn(async () => {
    way.value = new ReadingWay({
      offered: 'choice',
      lack: null,
      remembered: null,
      remember: () => undefined,
      load: () => new Promise(() => undefined),
    });
  });
  onWay.mockRejectedValueOnce(new Error('offline'));
  const context = { stay: { way }, media: new LocalMedia(), onWay } as unknown as CallContext;
  await act(() => render(<SettingsPanel {...context} />, document.body));
  await act(async () => undefined);
  expect(document.querySelector('[role=alert]')?.textContent).toBe(strings.panel.notLoaded);
  const buttons = [...document.querySelectorAll('button')];
  const again = buttons.find(({ textContent }) => textContent === strings.notice.tryAgain);
  await act(async () => again?.click());
  expect(document.querySelector('fieldset legend')?.textContent).toBe(wayWords().legend);
  expect(document.querySelector('[role=alert]')).toBeNull();
});
