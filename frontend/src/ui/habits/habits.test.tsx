// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Device, LocalMedia } from '../../devices/local-media.ts';
import { enterRoom } from '../../room/room.ts';
import type { Stay } from '../../stay/stay.ts';
import { strings } from '../../words/strings.ts';
import { play } from '../parts/held-sound.ts';
import { Habits } from './habits.tsx';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };

/** How loud the microphone is, whichever track of it is asked. */
let loudness = 0;
vi.mock('../../devices/audio-level.ts', () => ({
  AudioLevel: class {
    readonly #track: MediaStreamTrack;
    constructor(track: MediaStreamTrack) {
      this.#track = track;
    }
    get level() {
      return this.#track.enabled ? loudness : 0;
    }
    resume() {}
    close() {}
  },
  SpeakingGate: class {},
}));

class Track {
  enabled = true;
  stopped = false;
  clones: Track[] = [];
  clone() {
    const copy = new Track();
    copy.enabled = this.enabled;
    this.clones.push(copy);
    return copy;
  }
  stop() {
    this.stopped = true;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('AudioContext', class {});
  loudness = 0;
});
afterEach(() => {
  render(null, document.body);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function open() {
  const track = new Track();
  const microphone = signal<Device>({
    track: track as unknown as MediaStreamTrack,
    on: true,
    problem: null,
  });
  const setMicrophone = vi.fn((on: boolean) => {
    track.enabled = on;
    microphone.value = { ...microphone.value, on };
  });
  const media = { microphone, setMicrophone, devices: { speaker: signal('') } };
  const stay = { room: signal(enterRoom(ADA, 0)) };
  await act(() =>
    render(
      <Habits stay={stay as unknown as Stay} media={media as unknown as LocalMedia} />,
      document.body,
    ),
  );
  return { track, setMicrophone };
}

const alert = () => document.querySelector('[role=alert]');
const wait = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
const press = async (name: string) => {
  const buttons = [...document.querySelectorAll('button')];
  const named = buttons.find((one) => (one.getAttribute('aria-label') ?? one.textContent) === name);
  await act(async () => named?.click());
};

describe('talking while muted', () => {
  it('is told by a second track, with a button that unmutes; the muted one stays silent', async () => {
    const { track, setMicrophone } = await open();
    loudness = 0.2;
    await wait(5_000);
    expect(alert()).toBeNull();
    await act(() => setMicrophone(false));
    await wait(2_000);
    expect(alert()?.textContent).toContain(strings.habits.talking);
    expect(track.enabled).toBe(false);
    await press(strings.device.unmuteMicrophone);
    expect(alert()).toBeNull();
    expect(track.enabled).toBe(true);
    expect(track.clones.map(({ stopped }) => stopped)).toEqual([true]);
  });

  it('is dismissed, goes by itself, and comes no oftener than each minute', async () => {
    const { setMicrophone } = await open();
    await act(() => setMicrophone(false));
    loudness = 0.2;
    await wait(2_000);
    await press(strings.notice.dismiss);
    expect(alert()).toBeNull();
    await wait(50_000);
    expect(alert()).toBeNull();
    await wait(10_000);
    expect(alert()).not.toBeNull();
    await wait(11_000);
    expect(alert()).toBeNull();
  });

  it('ends with the call: nothing listens any more', async () => {
    const { track, setMicrophone } = await open();
    await act(() => setMicrophone(false));
    await act(() => render(null, document.body));
    expect(track.clones.every(({ stopped }) => stopped)).toBe(true);
  });
});

describe('sound that the browser holds back', () => {
  it('is turned on by a button, which goes', async () => {
    await open();
    let pressed = false;
    const video = document.createElement('video');
    video.play = async () => {
      if (!pressed && !video.muted) throw new DOMException('no', 'NotAllowedError');
    };
    await act(() => play(video));
    expect(alert()?.textContent).toContain(strings.habits.soundHeldBack);
    pressed = true;
    await press(strings.habits.turnSoundOn);
    await wait(0);
    expect(alert()).toBeNull();
    expect(video.muted).toBe(false);
  });
});
