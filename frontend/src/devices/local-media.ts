/** Our own camera and microphone, and the screen we share. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { Devices, type Facing } from './devices.ts';
import { LocalScreen } from './local-screen.ts';

/** Why a device cannot be used. */
export type DeviceProblem =
  | 'missing'
  | 'denied'
  | 'busy'
  | 'unsupported'
  | 'lost'
  /** The system or the browser interrupts it: a phone call, a privacy switch. It comes back by itself. */
  | 'muted'
  | 'failed';

/** One device; `track` is null while there is none or, for the camera, while it is switched off. */
export interface Device {
  readonly track: MediaStreamTrack | null;
  readonly on: boolean;
  readonly problem: DeviceProblem | null;
}

/** An exchange of a device that the person did not ask for, and the new device. */
export interface DeviceChange {
  readonly role: 'camera' | 'microphone';
  /** Whether the chosen device came back; else another one replaces a lost one. */
  readonly back: boolean;
  readonly label: string;
}

type Kind = 'audio' | 'video';
const ROLES = { video: 'camera', audio: 'microphone' } as const;

/** Nothing is required: a camera that gives something else is better than none. */
const CONSTRAINTS: Record<Kind, MediaTrackConstraints> = {
  audio: {},
  video: {
    width: { ideal: 960 },
    height: { ideal: 540 },
    frameRate: { ideal: 24 },
    facingMode: 'user',
  },
};
const OFF: Device = { track: null, on: false, problem: null };

/** Opens, switches and releases the camera and the microphone; it reports problems as state, never throws. */
export class LocalMedia {
  readonly screen = new LocalScreen();
  readonly devices = new Devices();
  readonly #changed = signal<DeviceChange | null>(null);
  /** Whether nothing may be opened: before `open`, and after `close`. */
  #closed = true;
  /** The person's own choice, even while another device replaces it. */
  #muted = false;
  /** The ids of the devices lost last. */
  readonly #gone: Partial<Record<Kind, string | null>> = {};
  /** How often each was asked for: what an earlier question brings comes too late. */
  readonly #questions: Record<Kind, number> = { video: 0, audio: 0 };
  /** The tracks that the system has interrupted. */
  readonly #interrupted = new WeakSet<MediaStreamTrack>();
  /** Where the camera was turned to, for this call alone; null while the chosen one is wanted. */
  #turnedTo: Facing | null = null;
  readonly #camera = signal<Device>(OFF);
  readonly #microphone = signal<Device>(OFF);
  readonly #asked = signal(false);

  /** Whether the person answered the question for both, with yes or no. */
  get asked(): ReadonlySignal<boolean> {
    return this.#asked;
  }

  get camera(): ReadonlySignal<Device> {
    return this.#camera;
  }

  get microphone(): ReadonlySignal<Device> {
    return this.#microphone;
  }

  /** The last exchange of a device; a new object each time. */
  get changed(): ReadonlySignal<DeviceChange | null> {
    return this.#changed;
  }

  /** The id of the device in use, or of the one that would be. */
  inUse(role: 'camera' | 'microphone'): string | null {
    const { track } = role === 'camera' ? this.#camera.value : this.#microphone.value;
    return (track && idOf(track)) ?? this.devices.chosen(role);
  }

  /** Where the camera in use looks; undefined where nothing is known of it. */
  get facing(): Facing | undefined {
    const { track } = this.#camera.value;
    return track?.getSettings?.().facingMode as Facing | undefined;
  }

  /** Whether there is a camera on either side, as phones have. */
  get canFlip(): boolean {
    const facings = this.devices.options.value.camera.map(({ facing }) => facing);
    return facings.includes('user') && facings.includes('environment');
  }

  /** Turns the camera round: to whom we look at, or back to us. Not remembered. */
  async flip(): Promise<void> {
    this.#turnedTo = this.facing === 'environment' ? 'user' : 'environment';
    await this.#request('video');
  }

  /** Uses this device from now on, and remembers it. */
  async choose(role: 'camera' | 'microphone', id: string): Promise<void> {
    this.devices.choose(role, id);
    if (role === 'camera') this.#turnedTo = null;
    const kind = role === 'camera' ? 'video' : 'audio';
    const { track } = this.#device(kind).value;
    if (track && idOf(track) !== id) await this.#request(kind, id);
  }

  /**
   * Asks for both with one question; if that is refused, asks for each. If they are open it changes
   * nothing: a phone gives a camera once, and ends what it gave before; and what is off stays off.
   */
  async open(): Promise<void> {
    if (!this.#closed) return;
    this.#closed = false;
    this.#asked.value = false;
    await this.#openBoth();
    this.#asked.value = true;
    await this.devices.refresh(); // only now do the devices have names
    if (this.#closed) return;
    navigator.mediaDevices?.addEventListener?.('devicechange', this.#onDeviceChange);
  }

  async #openBoth(): Promise<void> {
    const [video, audio] = [this.#ask('video'), this.#ask('audio')];
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: this.#constraints('audio'),
        video: this.#constraints('video'),
      });
      this.#take('video', stream.getVideoTracks()[0], video);
      this.#take('audio', stream.getAudioTracks()[0], audio);
    } catch {
      await this.#request('video'); // also where the browser has no `mediaDevices`: it says so
      await this.#request('audio');
    }
  }

  /** Switches the camera; off releases it, so that its light goes out. */
  async setCamera(on: boolean): Promise<void> {
    if (on) {
      if (!this.#camera.value.on) await this.#request('video');
    } else {
      this.#ask('video');
      this.#camera.value.track?.stop();
      this.#camera.value = OFF;
    }
  }

  /**
   * Switches the microphone; off keeps it open but silent, so that speaking again is instant. One that
   * was interrupted is opened anew: on iPhones it stays silent after a phone call, though it says
   * that it goes on (https://bugs.webkit.org/show_bug.cgi?id=208516).
   */
  async setMicrophone(on: boolean): Promise<void> {
    this.#muted = !on;
    const { track } = this.#microphone.value;
    if (!track || (on && this.#interrupted.has(track))) {
      if (on) await this.#request('audio');
      return;
    }
    track.enabled = on;
    this.#microphone.value = { track, on, problem: heldBack(track) };
  }

  /** Releases everything, open questions included. */
  close(): void {
    this.#closed = true;
    this.#muted = false;
    this.#turnedTo = null;
    navigator.mediaDevices?.removeEventListener?.('devicechange', this.#onDeviceChange);
    this.screen.stop();
    this.#ask('video');
    this.#ask('audio');
    this.#camera.value.track?.stop();
    this.#microphone.value.track?.stop();
    this.#camera.value = OFF;
    this.#microphone.value = OFF;
  }

  readonly #onDeviceChange = () => void this.#followDevices();

  /** Opens a lost device again, and the chosen one once it is back. */
  async #followDevices(): Promise<void> {
    await this.devices.refresh();
    for (const kind of ['video', 'audio'] as const) {
      const role = ROLES[kind];
      const { track, problem } = this.#device(kind).value;
      const chosen = this.devices.chosen(role);
      const turned = kind === 'video' && this.#turnedTo !== null;
      const isBack = chosen !== null && !turned && this.devices.has(role, chosen);
      const lost = problem === 'lost' && this.devices.options.value[role].length > 0;
      const inUse = track && idOf(track);
      if ((track && isBack && inUse !== chosen && inUse !== 'default') || lost) {
        await this.#request(kind, isBack ? chosen : null);
        const now = this.#device(kind).value.track;
        this.#tellExchange(kind, isBack || (now !== null && idOf(now) === this.#gone[kind]));
      }
    }
  }

  /** Replaces a lost device with another one, if there is one and the person did not forbid it. */
  async #replaceLost(kind: Kind, gone: string | null): Promise<void> {
    const role = ROLES[kind];
    const looked = this.devices.options.value[role].find(({ id }) => id === gone)?.facing;
    this.#fail(kind, 'lost');
    this.#gone[kind] = gone;
    await this.devices.refresh();
    const isLost = () => this.#device(kind).value.problem === 'lost';
    // A phone's other camera shows something else: only its person turns it round.
    const [other] = this.devices.options.value[role].filter(
      ({ id, facing }) =>
        id !== gone && id !== 'default' && (!looked || !facing || facing === looked),
    );
    if (!isLost()) return;
    if (!other) {
      // Devices that one may not use have no names, so there seems to be none.
      if ((await isForbidden(role)) && isLost()) this.#fail(kind, 'denied');
      return;
    }
    await this.#request(kind, other.id);
    const { track, problem } = this.#device(kind).value;
    if (track) this.#tellExchange(kind, false);
    else if (problem && problem !== 'denied') this.#fail(kind, 'lost');
  }

  #tellExchange(kind: Kind, back: boolean): void {
    const { track } = this.#device(kind).value;
    if (track) this.#changed.value = { role: ROLES[kind], back, label: track.label };
  }

  #constraints(kind: Kind, id?: string): MediaTrackConstraints {
    if (kind === 'video' && this.#turnedTo && !id) {
      return { ...CONSTRAINTS.video, facingMode: this.#turnedTo };
    }
    const wanted = id ?? this.devices.chosen(ROLES[kind]);
    if (!wanted) return CONSTRAINTS[kind];
    // If the chosen device is missing, any other one will do. A side is not asked for beside it:
    // a camera that looks there would be wanted as much.
    const { facingMode: _, ...rest } = CONSTRAINTS[kind];
    return { ...rest, deviceId: { ideal: wanted } };
  }

  async #request(kind: Kind, id?: string | null): Promise<void> {
    if (this.#closed) return;
    // An open question clears the old problem, so that a new failure is reported again.
    const device = this.#device(kind);
    const question = this.#ask(kind);
    device.value.track?.stop(); // some machines open a device only when the other one is closed
    device.value = OFF;
    if (!navigator.mediaDevices) {
      this.#fail(kind, 'unsupported');
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        [kind]: this.#constraints(kind, id ?? undefined),
      });
      this.#take(kind, stream.getTracks()[0], question);
      await this.devices.refresh();
    } catch (error) {
      if (question === this.#questions[kind]) this.#fail(kind, problemOf(error));
    }
  }

  /** Notes a new question; its answer counts until there is another, or the device is let go of. */
  #ask(kind: Kind): number {
    this.#questions[kind] += 1;
    return this.#questions[kind];
  }

  #take(kind: Kind, track: MediaStreamTrack | undefined, question: number): void {
    if (question !== this.#questions[kind]) {
      track?.stop(); // nothing would show that it is open, and nobody could close it
      return;
    }
    if (!track) {
      this.#fail(kind, 'missing');
      return;
    }
    const on = kind === 'video' || !this.#muted;
    track.enabled = on;
    const device = this.#device(kind);
    device.value.track?.stop();
    device.value = { track, on, problem: heldBack(track) };
    const follow = () => {
      if (track.muted) this.#interrupted.add(track);
      if (device.value.track === track)
        device.value = { ...device.value, problem: heldBack(track) };
    };
    track.addEventListener('mute', follow);
    track.addEventListener('unmute', follow);
    track.addEventListener('ended', () => {
      if (device.value.track === track) void this.#replaceLost(kind, idOf(track));
    });
  }

  #fail(kind: Kind, problem: DeviceProblem): void {
    this.#device(kind).value = { ...OFF, problem };
  }

  #device(kind: Kind) {
    return kind === 'video' ? this.#camera : this.#microphone;
  }
}

function heldBack(track: MediaStreamTrack): 'muted' | null {
  return track.muted ? 'muted' : null;
}

function idOf(track: MediaStreamTrack): string | null {
  return track.getSettings?.().deviceId ?? null;
}

/** Whether the person withdrew the permission; false where the browser does not tell. */
async function isForbidden(role: 'camera' | 'microphone'): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: role as PermissionName });
    return state === 'denied';
  } catch {
    return false;
  }
}

function problemOf(error: unknown): DeviceProblem {
  // Safari's OverconstrainedError is no DOMException.
  switch (error instanceof Object && 'name' in error ? error.name : '') {
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
