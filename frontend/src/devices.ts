/** Which cameras, microphones and speakers there are, and which one is wanted. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { rememberDevice, rememberedDevice } from './remembered.ts';

const DEVICE_ROLES = ['camera', 'microphone', 'speaker'] as const;
export type DeviceRole = (typeof DEVICE_ROLES)[number];

/** One device as a person may choose it. */
export interface DeviceOption {
  readonly id: string;
  readonly label: string;
}

type Options = Readonly<Record<DeviceRole, readonly DeviceOption[]>>;

const KINDS: Record<DeviceRole, MediaDeviceKind> = {
  camera: 'videoinput',
  microphone: 'audioinput',
  speaker: 'audiooutput',
};
const NONE: Options = { camera: [], microphone: [], speaker: [] };

/** The list of devices, kept up to date, and what was chosen from it, remembered. */
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

  /** What there is. Empty before the person allowed the use of any. */
  get options(): ReadonlySignal<Options> {
    return this.#options;
  }

  /** What was chosen, whether it is there or not. */
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

  /** Looks what there is now. */
  async refresh(): Promise<void> {
    const devices = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const of = (role: DeviceRole) =>
      devices
        // Windows names one device twice more; one of the two is enough.
        .filter(({ kind, deviceId }) => kind === KINDS[role] && deviceId !== 'communications')
        .map(({ deviceId, label }) => ({ id: deviceId, label }))
        .filter(({ id, label }) => id !== '' && label !== '');
    this.#options.value = {
      camera: of('camera'),
      microphone: of('microphone'),
      speaker: of('speaker'),
    };
  }
}
