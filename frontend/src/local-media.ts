/** Our own camera and microphone, and the screen we share. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { LocalScreen } from './local-screen.ts';

/** Why a device cannot be used. */
export type DeviceProblem = 'missing' | 'denied' | 'busy' | 'unsupported' | 'lost' | 'failed';

/** One device; `track` is null while there is none or, for the camera, while it is switched off. */
export interface Device {
  readonly track: MediaStreamTrack | null;
  readonly on: boolean;
  readonly problem: DeviceProblem | null;
}

type Kind = 'audio' | 'video';

const CONSTRAINTS: Record<Kind, MediaTrackConstraints> = {
  audio: {},
  video: {
    width: { ideal: 960 },
    height: { ideal: 540 },
    frameRate: { ideal: 24, max: 30 },
    facingMode: 'user',
  },
};
const OFF: Device = { track: null, on: false, problem: null };

/** Opens, switches and releases the camera and the microphone; problems are state, never thrown. */
export class LocalMedia {
  readonly screen = new LocalScreen();
  readonly #camera = signal<Device>(OFF);
  readonly #microphone = signal<Device>(OFF);
  readonly #asked = signal(false);

  /** Whether the question for both was answered, one way or the other. */
  get asked(): ReadonlySignal<boolean> {
    return this.#asked;
  }

  get camera(): ReadonlySignal<Device> {
    return this.#camera;
  }

  get microphone(): ReadonlySignal<Device> {
    return this.#microphone;
  }

  /** Asks for both with one question; what is refused together is asked for one by one. */
  async open(): Promise<void> {
    this.#asked.value = false;
    await this.#openBoth();
    this.#asked.value = true;
  }

  async #openBoth(): Promise<void> {
    if (!navigator.mediaDevices) {
      this.#fail('video', 'unsupported');
      this.#fail('audio', 'unsupported');
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
      this.#take('video', stream.getVideoTracks()[0]);
      this.#take('audio', stream.getAudioTracks()[0]);
    } catch {
      await this.#request('video');
      await this.#request('audio');
    }
  }

  /** Switches the camera; off releases it, so that its light goes out. */
  async setCamera(on: boolean): Promise<void> {
    if (on) {
      if (!this.#camera.value.on) await this.#request('video');
    } else {
      this.#camera.value.track?.stop();
      this.#camera.value = OFF;
    }
  }

  /** Switches the microphone; off keeps it open but silent, so that speaking again is instant. */
  async setMicrophone(on: boolean): Promise<void> {
    const { track } = this.#microphone.value;
    if (!track) {
      if (on) await this.#request('audio');
      return;
    }
    track.enabled = on;
    this.#microphone.value = { track, on, problem: null };
  }

  /** Releases everything. */
  close(): void {
    this.screen.stop();
    this.#camera.value.track?.stop();
    this.#microphone.value.track?.stop();
    this.#camera.value = OFF;
    this.#microphone.value = OFF;
  }

  async #request(kind: Kind): Promise<void> {
    // While it is asked for nothing is wrong with it: what fails again is news again.
    this.#device(kind).value = OFF;
    if (!navigator.mediaDevices) {
      this.#fail(kind, 'unsupported');
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ [kind]: CONSTRAINTS[kind] });
      this.#take(kind, stream.getTracks()[0]);
    } catch (error) {
      this.#fail(kind, problemOf(error));
    }
  }

  #take(kind: Kind, track: MediaStreamTrack | undefined): void {
    if (!track) {
      this.#fail(kind, 'missing');
      return;
    }
    const device = this.#device(kind);
    device.value.track?.stop();
    device.value = { track, on: true, problem: null };
    track.addEventListener('ended', () => {
      if (device.value.track === track) this.#fail(kind, 'lost');
    });
  }

  #fail(kind: Kind, problem: DeviceProblem): void {
    this.#device(kind).value = { ...OFF, problem };
  }

  #device(kind: Kind) {
    return kind === 'video' ? this.#camera : this.#microphone;
  }
}

function problemOf(error: unknown): DeviceProblem {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}
