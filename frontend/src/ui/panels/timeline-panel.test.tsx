// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, it } from 'vitest';
import { Recorder } from '../../past/recorder.ts';
import { enterRoom } from '../../room/room.ts';
import { now } from '../../time/page-time.ts';
import type { CallContext } from '../parts/call-context.ts';
import { ShownReadings } from '../parts/shown-readings.ts';
import { TimelinePanel } from './timeline-panel.tsx';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: false };

afterEach(() => render(null, document.body));

/** Shows the panel of a call that began so many ms ago. */
async function open(ago = 0) {
  const room = signal(enterRoom(ADA, now()));
  const recorder = new Recorder({ room, hasVideo: () => true, now: () => now() - ago });
  const context = { stay: { room }, recorder, shown: new ShownReadings() };
  await act(() =>
    render(<TimelinePanel {...(context as unknown as CallContext)} />, document.body),
  );
  recorder.stop();
  return document.querySelector('input');
}

it('steps with its keys, and leaves the browser those that are held with another', async () => {
  const slider = await open();
  const press = (held: KeyboardEventInit) => {
    const key = { key: 'ArrowLeft', bubbles: true, cancelable: true, ...held };
    const event = new KeyboardEvent('keydown', key);
    slider?.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect([press({ altKey: true }), press({ metaKey: true }), press({})]).toEqual([
    false,
    false,
    true,
  ]);
});

// A browser lets a slider stand at whole steps from its least value, and at no others.
it('lets whoever drags it to its end come back to now', async () => {
  const slider = await open(90_123.4);
  const [least, step, most] = [slider?.min, slider?.step, slider?.max].map(Number);
  expect(((most ?? 0) - (least ?? 0)) % (step ?? 0)).toBe(0);
});
