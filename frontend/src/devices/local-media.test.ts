import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalMedia } from './local-media.ts';

class FakeTrack extends EventTarget {
  enabled = true;
  muted = false;
  stopped = false;
  readonly kind: string;
  constructor(kind: string) {
    super();
    this.kind = kind;
  }
  stop() {
    this.stopped = true;
  }
}

/** What the machine has: a device, or the name of the error that asking for it gives. */
const machine: Record<'audio' | 'video', string> = { audio: 'ok', video: 'ok' };
const give = async (asked: MediaStreamConstraints) => {
  const kinds = (['audio', 'video'] as const).filter((kind) => asked[kind]);
  for (const kind of kinds) {
    if (machine[kind] !== 'ok') throw new DOMException('no', machine[kind]);
  }
  const tracks = kinds.map((kind) => new FakeTrack(kind));
  return {
    getTracks: () => tracks,
    getAudioTracks: () => tracks.filter(({ kind }) => kind === 'audio'),
    getVideoTracks: () => tracks.filter(({ kind }) => kind === 'video'),
  };
};
const getUserMedia = vi.fn(give);

beforeEach(() => {
  Object.assign(machine, { audio: 'ok', video: 'ok' });
  getUserMedia.mockClear();
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a device held back by the system', () => {
  const camera = (media: LocalMedia) => media.camera.value.track as unknown as FakeTrack;
  const interrupt = (media: LocalMedia) => {
    const track = media.microphone.value.track as unknown as FakeTrack;
    track.muted = true;
    track.dispatchEvent(new Event('mute'));
    return track;
  };

  it('is said until it goes on by itself, and stays ours', async () => {
    const media = new LocalMedia();
    await media.open();
    const track = camera(media);
    track.muted = true;
    track.dispatchEvent(new Event('mute'));
    expect(media.camera.value).toMatchObject({ track, on: true, problem: 'muted' });
    track.muted = false;
    track.dispatchEvent(new Event('unmute'));
    expect(media.camera.value).toMatchObject({ track, on: true, problem: null });
    expect(track.stopped).toBe(false);
  });

  it('is still held back when the microphone is switched', async () => {
    const media = new LocalMedia();
    await media.open();
    interrupt(media);
    await media.setMicrophone(false);
    expect(media.microphone.value).toMatchObject({ on: false, problem: 'muted' });
  });

  // An iPhone says after a phone call that the microphone goes on, or nothing, and it is silent.
  it.each([true, false])(
    'is opened anew when a person unmutes themselves (goes on: %s)',
    async (goesOn) => {
      const media = new LocalMedia();
      await media.open();
      const track = interrupt(media);
      track.muted = !goesOn;
      track.dispatchEvent(new Event('unmute'));
      await media.setMicrophone(false);
      await media.setMicrophone(true);
      expect(media.microphone.value).toMatchObject({ on: true, problem: null });
      expect(media.microphone.value.track).not.toBe(track);
      expect(track.stopped).toBe(true);
    },
  );
});

describe('opening devices', () => {
  it('asks for both with one question', async () => {
    const media = new LocalMedia();
    await media.open();
    expect(getUserMedia).toHaveBeenCalledTimes(1);
    expect([media.camera.value.on, media.microphone.value.on]).toEqual([true, true]);
  });

  it('opens the microphone alone when there is no camera', async () => {
    machine.video = 'NotFoundError';
    const media = new LocalMedia();
    await media.open();
    expect(media.camera.value).toEqual({ track: null, on: false, problem: 'missing' });
    expect(media.microphone.value.on).toBe(true);
  });

  it.each([
    ['NotFoundError', 'missing'],
    ['NotAllowedError', 'denied'],
    ['NotReadableError', 'busy'],
    ['TypeError', 'failed'],
  ])('calls %s %s', async (error, problem) => {
    machine.video = error;
    const media = new LocalMedia();
    await media.open();
    expect(media.camera.value.problem).toBe(problem);
  });

  it('calls an error that is no DOMException by its name, as Safari needs it', async () => {
    getUserMedia.mockRejectedValue({ name: 'OverconstrainedError', constraint: 'width' });
    const media = new LocalMedia();
    await media.open();
    getUserMedia.mockImplementation(give);
    expect(media.camera.value.problem).toBe('missing');
  });

  it('requires nothing of a camera', async () => {
    await new LocalMedia().open();
    const asked = JSON.stringify(getUserMedia.mock.calls[0]);
    expect(asked).not.toMatch(/"(min|max|exact)"/);
  });

  it('says unsupported where the browser has no devices to give', async () => {
    vi.stubGlobal('navigator', {});
    const media = new LocalMedia();
    await media.open();
    expect(media.camera.value.problem).toBe('unsupported');
    expect(media.microphone.value.problem).toBe('unsupported');
  });
});

describe('switching devices', () => {
  it('releases the camera when it is switched off, and opens it anew', async () => {
    const media = new LocalMedia();
    await media.open();
    const { track } = media.camera.value;
    await media.setCamera(false);
    expect((track as unknown as FakeTrack).stopped).toBe(true);
    expect(media.camera.value).toEqual({ track: null, on: false, problem: null });
    await media.setCamera(true);
    expect(media.camera.value.track).not.toBe(track);
    expect(media.camera.value.on).toBe(true);
  });

  it('silences the microphone without releasing it', async () => {
    const media = new LocalMedia();
    await media.open();
    const { track } = media.microphone.value;
    await media.setMicrophone(false);
    expect(media.microphone.value).toEqual({ track, on: false, problem: null });
    expect(track?.enabled).toBe(false);
    await media.setMicrophone(true);
    expect(track?.enabled).toBe(true);
  });

  // A second refusal is told apart from the first: between the two the problem is gone.
  it.each(['setCamera', 'setMicrophone'] as const)('%s fails anew each time', async (set) => {
    Object.assign(machine, { audio: 'NotFoundError', video: 'NotFoundError' });
    const media = new LocalMedia();
    await media.open();
    const device = set === 'setCamera' ? media.camera : media.microphone;
    const problems: unknown[] = [];
    device.subscribe(({ problem }) => problems.push(problem));
    await media[set](true);
    expect(problems).toEqual(['missing', null, 'missing']);
  });

  it.each([
    ['denied', 'denied'],
    ['prompt', 'lost'],
  ])(
    'tells a permission taken back (%s) from a camera that is unplugged',
    async (state, problem) => {
      const query = vi.fn(async () => ({ state }));
      vi.stubGlobal('navigator', { mediaDevices: { getUserMedia }, permissions: { query } });
      const media = new LocalMedia();
      await media.open();
      media.camera.value.track?.dispatchEvent(new Event('ended'));
      await vi.waitFor(() => expect(query).toHaveBeenCalledWith({ name: 'camera' }));
      await vi.waitFor(() => expect(media.camera.value).toMatchObject({ track: null, problem }));
    },
  );

  // A camera that nothing shows to be open stays open after the call: nobody can close it.
  it.each([
    ['the one granted last', [true, true]],
    ['none where the last is refused', [true, false]],
    ['the last where the first is refused', [false, true]],
  ])('leaves open, of two questions at once, %s', async (_, answers) => {
    const media = new LocalMedia();
    await media.open();
    await media.setCamera(false);
    const given: FakeTrack[] = [];
    const answer: (() => void)[] = [];
    getUserMedia.mockImplementation(
      (asked) =>
        new Promise((grant, refuse) => {
          const number = answer.length;
          answer.push(async () => {
            const stream = await give(asked);
            if (!answers[number]) return refuse(new DOMException('no', 'NotAllowedError'));
            given.push(...stream.getTracks());
            grant(stream);
          });
        }),
    );
    const asked = [media.setCamera(true), media.setCamera(true)];
    for (const each of answer) each();
    await Promise.all(asked);
    getUserMedia.mockImplementation(give);
    const { track } = media.camera.value;
    expect(given.filter(({ stopped }) => !stopped)).toEqual(track ? [track] : []);
    expect(media.camera.value.problem).toBe(answers[1] ? null : 'denied');
    media.close();
    expect(given.every(({ stopped }) => stopped)).toBe(true);
  });

  it('does not open what is switched off while its question waits', async () => {
    const media = new LocalMedia();
    await media.open();
    await media.setCamera(false);
    const asked = media.setCamera(true);
    await media.setCamera(false);
    await asked;
    expect(media.camera.value).toEqual({ track: null, on: false, problem: null });
  });

  it('notices a camera that is unplugged', async () => {
    const media = new LocalMedia();
    await media.open();
    media.camera.value.track?.dispatchEvent(new Event('ended'));
    expect(media.camera.value).toEqual({ track: null, on: false, problem: 'lost' });
  });
});

describe('devices that come and go', () => {
  const front = { kind: 'videoinput', deviceId: 'front', label: 'Front' };
  const desk = { kind: 'videoinput', deviceId: 'desk', label: 'Desk' };
  const headset = { kind: 'audioinput', deviceId: 'headset', label: 'Headset' };
  let plugged = [front, desk];
  const events = new EventTarget();

  /** The track that the machine gives: the wanted one while it is plugged in. */
  async function give(asked: MediaStreamConstraints) {
    const wanted = (asked.video as MediaTrackConstraints | undefined)?.deviceId;
    const id = (wanted as ConstrainDOMStringParameters | undefined)?.ideal;
    const camera = plugged.find(({ deviceId }) => deviceId === id) ?? plugged[0];
    if (asked.video && !camera) throw new DOMException('no', 'NotFoundError');
    const video = Object.assign(new FakeTrack('video'), {
      label: camera?.label,
      getSettings: () => ({ deviceId: camera?.deviceId }),
    });
    const tracks = [
      ...(asked.video ? [video] : []),
      ...(asked.audio ? [new FakeTrack('audio')] : []),
    ];
    return {
      getTracks: () => tracks,
      getVideoTracks: () => tracks.filter(({ kind }) => kind === 'video'),
      getAudioTracks: () => tracks.filter(({ kind }) => kind === 'audio'),
    };
  }

  function plug(...devices: (typeof front)[]): void {
    plugged = devices;
    events.dispatchEvent(new Event('devicechange'));
  }

  beforeEach(() => {
    plugged = [front, desk];
    vi.stubGlobal('navigator', {
      mediaDevices: Object.assign(events, {
        getUserMedia: give,
        enumerateDevices: async () => plugged,
      }),
    });
  });

  it('a silenced microphone stays silent, whichever stands in for it', async () => {
    const media = new LocalMedia();
    await media.open();
    await media.setMicrophone(false);
    const heard: boolean[] = [];
    media.microphone.subscribe(({ track }) => {
      if (track) heard.push(track.enabled);
    });
    media.microphone.value.track?.dispatchEvent(new Event('ended'));
    await vi.waitFor(() => expect(media.microphone.value.problem).toBe('lost'));
    await media.setMicrophone(false);
    plug(front, desk, headset);
    await vi.waitFor(() => expect(media.microphone.value.track).not.toBeNull());
    expect(heard).not.toContain(true);
  });

  it('what is refused after leaving is not asked for again', async () => {
    let refuse = (_: unknown) => {};
    const ask = vi.fn((_: MediaStreamConstraints) => new Promise((_, no) => (refuse = no)));
    Object.assign(navigator.mediaDevices, { getUserMedia: ask });
    const media = new LocalMedia();
    const asked = media.open();
    media.close();
    refuse(new DOMException('no', 'NotAllowedError'));
    await asked;
    expect(ask).toHaveBeenCalledTimes(1);
    expect([media.camera.value.problem, media.microphone.value.problem]).toEqual([null, null]);
  });

  it('what is granted after leaving is let go of at once', async () => {
    const media = new LocalMedia();
    const asked = media.open();
    media.close();
    await asked;
    expect([media.camera.value.track, media.microphone.value.track]).toEqual([null, null]);
  });

  it('a chosen one that goes is stood in for, and taken up when it is back', async () => {
    const media = new LocalMedia();
    await media.open();
    await media.choose('camera', 'desk');
    expect(media.inUse('camera')).toBe('desk');
    plugged = [front];
    media.camera.value.track?.dispatchEvent(new Event('ended'));
    await vi.waitFor(() => expect(media.inUse('camera')).toBe('front'));
    expect(media.changed.value).toEqual({ role: 'camera', back: false, label: 'Front' });
    plug(front, desk);
    await vi.waitFor(() => expect(media.inUse('camera')).toBe('desk'));
    expect(media.changed.value).toEqual({ role: 'camera', back: true, label: 'Desk' });
    media.close();
  });

  it('the only one that goes is missed until one is there', async () => {
    plugged = [front];
    const media = new LocalMedia();
    await media.open();
    plugged = [];
    media.camera.value.track?.dispatchEvent(new Event('ended'));
    expect(media.camera.value.problem).toBe('lost');
    plug(desk);
    await vi.waitFor(() => expect(media.camera.value.on).toBe(true));
    expect(media.changed.value).toEqual({ role: 'camera', back: false, label: 'Desk' });
    media.close();
  });

  it('the only one that goes is back when it is plugged in again', async () => {
    plugged = [front];
    const media = new LocalMedia();
    await media.open();
    plugged = [];
    media.camera.value.track?.dispatchEvent(new Event('ended'));
    plug(front);
    await vi.waitFor(() => expect(media.camera.value.on).toBe(true));
    expect(media.changed.value).toEqual({ role: 'camera', back: true, label: 'Front' });
    media.close();
  });

  it('one that the system tells of first as gone, then as ended, is stood in for', async () => {
    const media = new LocalMedia();
    await media.open();
    const { track } = media.camera.value;
    plug(desk);
    track?.dispatchEvent(new Event('ended'));
    await vi.waitFor(() => expect(media.inUse('camera')).toBe('desk'));
    expect(media.changed.value).toEqual({ role: 'camera', back: false, label: 'Desk' });
    media.close();
  });

  it('one that may not be used any more is not said to be unplugged', async () => {
    const media = new LocalMedia();
    await media.open();
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('no', 'NotAllowedError');
    };
    media.camera.value.track?.dispatchEvent(new Event('ended'));
    await vi.waitFor(() => expect(media.camera.value.problem).toBe('denied'));
    media.close();
  });

  it('one that is switched off stays off, whatever is plugged in', async () => {
    const media = new LocalMedia();
    await media.open();
    await media.choose('camera', 'desk');
    await media.setCamera(false);
    plug(front);
    plug(front, desk);
    await new Promise((resolve) => setTimeout(resolve));
    expect(media.camera.value.on).toBe(false);
    media.close();
  });
});
