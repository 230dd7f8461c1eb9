import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalMedia } from './local-media.ts';

const FRONT = { kind: 'videoinput', deviceId: 'f', groupId: '', label: 'camera 1, facing front' };
const BACK = { kind: 'videoinput', deviceId: 'b', groupId: '', label: 'camera 0, facing back' };
const DEFAULT = { kind: 'audioinput', deviceId: 'default', groupId: 'g', label: 'Standard – USB' };
const USB = { kind: 'audioinput', deviceId: 'usb', groupId: 'g', label: 'USB' };

let plugged: readonly (typeof FRONT)[] = [];
/** The camera that is given; a phone gives one at a time. */
let given: (EventTarget & { stopped: boolean }) | null = null;
/** How often a camera that was in use was ended by the phone, since another was asked for. */
let taken = 0;
const asked = vi.fn((_: MediaTrackConstraints) => undefined);

/** A phone: the wanted camera, or the one that looks where it is wanted to. */
async function give({ audio, video }: MediaStreamConstraints) {
  const tracks: unknown[] = [];
  const track = (kind: string, settings: object) =>
    Object.assign(new EventTarget(), {
      kind,
      getSettings: () => settings,
      stopped: false,
      stop() {
        this.stopped = true;
      },
    });
  if (audio) tracks.push(track('audio', {}));
  if (video) {
    const { deviceId, facingMode } = video as MediaTrackConstraints;
    asked(video as MediaTrackConstraints);
    const id = (deviceId as ConstrainDOMStringParameters | undefined)?.ideal;
    const back = id ? id === 'b' : facingMode === 'environment';
    const settings = { deviceId: back ? 'b' : 'f', facingMode: back ? 'environment' : 'user' };
    if (given && !given.stopped) {
      taken += 1;
      given.dispatchEvent(new Event('ended'));
    }
    given = track('video', settings);
    tracks.push(given);
  }
  const of = (wanted: string) => tracks.filter((one) => (one as { kind: string }).kind === wanted);
  return {
    getTracks: () => tracks,
    getVideoTracks: () => of('video'),
    getAudioTracks: () => of('audio'),
  };
}

beforeEach(() => {
  plugged = [FRONT, BACK];
  taken = 0;
  const mediaDevices = Object.assign(new EventTarget(), {
    getUserMedia: give,
    enumerateDevices: async () => plugged,
  });
  vi.stubGlobal('navigator', { mediaDevices });
});
afterEach(() => vi.unstubAllGlobals());

async function open(): Promise<LocalMedia> {
  given = null;
  const media = new LocalMedia();
  await media.open();
  return media;
}

describe('turning the camera round', () => {
  it('is offered where a camera looks each way', async () => {
    expect((await open()).canFlip).toBe(true);
    plugged = [FRONT];
    expect((await open()).canFlip).toBe(false);
    plugged = [FRONT, { ...BACK, label: 'Desk' }];
    expect((await open()).canFlip).toBe(false);
  });

  it('shows the other side, also when the camera was off between, and this one again', async () => {
    const media = await open();
    expect(media.facing).toBe('user');
    await media.flip();
    expect(media.facing).toBe('environment');
    await media.setCamera(false);
    await media.setCamera(true);
    expect(media.facing).toBe('environment');
    await media.flip();
    expect(media.facing).toBe('user');
    media.close();
  });

  it('gives way to a camera that is chosen, whose side is its own, and ends with the call', async () => {
    const media = await open();
    await media.flip();
    await media.choose('camera', 'f');
    expect(media.facing).toBe('user');
    await media.choose('camera', 'b');
    expect(media.facing).toBe('environment');
    expect(asked.mock.lastCall?.[0]).not.toHaveProperty('facingMode');
    await media.flip();
    media.close();
    await media.open();
    expect(media.inUse('camera')).toBe('b');
    media.close();
  });

  it('is not undone by a headset', async () => {
    const media = await open();
    await media.choose('camera', 'f');
    await media.flip();
    plugged = [FRONT, BACK, USB];
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    await vi.waitFor(() => expect(media.devices.options.value.microphone).toHaveLength(1));
    expect(media.facing).toBe('environment');
    media.close();
  });
});

describe('a phone that gives one camera at a time', () => {
  it('never has to end one that is in use', async () => {
    const media = await open();
    await media.flip();
    await media.choose('camera', 'f');
    await media.setCamera(false);
    await media.setCamera(true);
    await media.open(); // back from a closed door
    expect(taken).toBe(0);
    expect(media.camera.value.on).toBe(true);
    media.close();
  });

  it('leaves off what its person switched off, also when they come back from a closed door', async () => {
    const media = await open();
    await media.setCamera(false);
    await media.open();
    expect(media.camera.value.on).toBe(false);
    media.close();
    await media.open();
    expect(media.camera.value.on).toBe(true);
    media.close();
  });

  it('does not turn round by itself when another program takes its camera', async () => {
    const media = await open();
    media.camera.value.track?.dispatchEvent(new Event('ended'));
    await new Promise((resolve) => setTimeout(resolve));
    expect(media.camera.value).toEqual({ track: null, on: false, problem: 'lost' });
    await media.setCamera(true);
    expect(media.facing).toBe('user');
    media.close();
  });
});

describe("the browser's default device", () => {
  it('is known by the device behind it, whatever language the browser speaks', async () => {
    plugged = [DEFAULT, USB];
    const media = await open();
    const labels = () => media.devices.options.value.microphone.map(({ label }) => label);
    expect(labels()).toEqual(['USB', 'USB']);
    plugged = [DEFAULT];
    await media.devices.refresh();
    expect(labels()).toEqual(['']);
    media.close();
  });
});
