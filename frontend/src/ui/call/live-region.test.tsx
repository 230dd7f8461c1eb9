// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LocalMedia } from '../../devices/local-media.ts';
import { enterRoom } from '../../room/room.ts';
import type { CallContext } from '../parts/call-context.ts';
import { ShownReadings } from '../parts/shown-readings.ts';
import { LiveRegion } from './live-region.tsx';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  render(null, document.body);
  vi.useRealTimers();
});

it('says again what happens again, in an element of its own', async () => {
  const stay = {
    room: signal(enterRoom(ADA, 0)),
    remotes: signal(new Map()),
    problems: signal(new Set()),
    hub: signal('connected'),
  };
  const context = { stay, media: new LocalMedia(), shown: new ShownReadings() };
  const heard: (Element | null)[] = [];
  for (const toast of [{ words: 'Link copied.' }, { words: 'Link copied.' }]) {
    await act(() =>
      render(
        <LiveRegion context={context as unknown as CallContext} toast={toast} />,
        document.body,
      ),
    );
    await act(async () => void (await vi.advanceTimersByTimeAsync(2_000)));
    heard.push(document.querySelector('[role=status] span'));
  }
  const [first, again] = heard;
  expect([first?.textContent, again?.textContent]).toEqual(['Link copied.', 'Link copied.']);
  expect(again).not.toBe(first);
});
