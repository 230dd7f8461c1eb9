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

it('steps with its keys, and leaves the browser those that are held with another', async () => {
  const room = signal(enterRoom(ADA, now()));
  const recorder = new Recorder({ room, hasVideo: () => true, now });
  const context = { stay: { room }, recorder, shown: new ShownReadings() };
  await act(() =>
    render(<TimelinePanel {...(context as unknown as CallContext)} />, document.body),
  );
  const press = (held: KeyboardEventInit) => {
    const key = { key: 'ArrowLeft', bubbles: true, cancelable: true, ...held };
    const event = new KeyboardEvent('keydown', key);
    document.querySelector('input')?.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect([press({ altKey: true }), press({ metaKey: true }), press({})]).toEqual([
    false,
    false,
    true,
  ]);
  recorder.stop();
});
