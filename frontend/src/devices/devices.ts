/** The cameras, microphones and speakers, and the chosen ones. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { rememberDevice, rememberedDevice } from '../browser/remembered.ts';

const DEVICE_ROLES = ['camera', 'microphone', 'speaker'] as const;
export type DeviceRole = (typeof DEVICE_ROLES)[number];

/** One device as a person may choose it. */
export interface DeviceOption {
  readonly id: string;
  /** Its name; of the browser's default device the name of the device behind it, or empty. */
  readonly label: string;
  /** Of a phone's camera: where it looks. */
  readonly facing?: Facing | undefined;
}

/** Towards the person, or away from them. */
export type Facing = 'user' | 'environment';

/** What browsers call the device that the system has set. */
export const DEFAULT = 'default';

type Options = Readonly<Record<DeviceRole, readonly DeviceOption[]>>;

const KINDS: Record<DeviceRole, MediaDeviceKind> = {
  camera: 'videoinput',
  microphone: 'audioinput',
  speaker: 'audiooutput',
};
const NONE: Options = { camera: [], microphone: [], speaker: [] };

/** Keeps the list of devices up to date, and remembers the choice. */
export class Devices {
  readonly #options = signal<Options>(NONE);
  readonly #chosen = signal<Readonly<Record<DeviceRole, string | null>>>({
    camera: rememberedDevice('camera'),
    microphone: rememberedDevice('microphone'),
    speaker: rememberedDevice('speaker'),
  });
  /** The speaker to use: the chosen one while it is there, else the browser's own choice. */
  readonly speaker: ReadonlySignal<string> = computed(() => {
    const wanted = this.#chosen.value.speaker;
    return this.#options.value.speaker.some(({ id }) => id === wanted) && wanted ? wanted : '';
  });

  /** The devices. Empty before the person allowed the use of one. */
  get options(): ReadonlySignal<Options> {
    return this.#options;
  }

  /** The chosen device, even if it is not there. */
  chosen(role: DeviceRole): string | null {
    return this.#chosen.value[role];
  }

  choose(role: DeviceRole, id: string): void {
    this.#chosen.value = { ...this.#chosen.value, [role]: id };
    rememberDevice(role, id);
  }

  /** Whether the chosen device is there. */
  has(role: DeviceRole, id: string | null): boolean {
    return this.#options.value[role].some((option) => option.id === id);
  }

  /** Reads the list again. */
  async refresh(): Promise<void> {
    const devices = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const of = (role: DeviceRole) =>
      devices
        // Windows names one device twice more; one of the two is enough.
        .filter(({ kind, deviceId }) => kind === KINDS[role] && deviceId !== 'communications')
        .filter(({ deviceId, label }) => deviceId !== '' && label !== '')
        .map((device) => ({
          id: device.deviceId,
          label: device.deviceId === DEFAULT ? nameBehind(device, devices) : device.label,
          facing: role === 'camera' ? facingOf(device) : undefined,
        }));
    this.#options.value = {
      camera: of('camera'),
      microphone: of('microphone'),
      speaker: of('speaker'),
    };
  }
}

/** The name of the device that is the default one at present: its own is in the browser's language. */
function nameBehind(device: MediaDeviceInfo, all: readonly MediaDeviceInfo[]): string {
  const same = ({ kind, groupId, deviceId }: MediaDeviceInfo) =>
    kind === device.kind && groupId === device.groupId && deviceId !== DEFAULT;
  return (device.groupId && all.find(same)?.label) || '';
}

/** Where a camera looks, as the browser says it, or as the names of Android's cameras do. */
function facingOf(device: MediaDeviceInfo): Facing | undefined {
  const [mode] = (device as InputDeviceInfo).getCapabilities?.().facingMode ?? [];
  if (mode === 'user' || mode === 'environment') return mode;
  const named = /\bfacing (front|back)\b/i.exec(device.label)?.[1]?.toLowerCase();
  if (!named) return undefined;
  return named === 'front' ? 'user' : 'environment';
}
