import { DEFAULT, type DeviceRole } from '../../devices/devices.ts';
import type { LocalMedia } from '../../devices/local-media.ts';
import { strings } from '../../words/strings.ts';
import { LevelMeter } from './level-meter.tsx';

const CHOOSES_SPEAKER = 'setSinkId' in HTMLMediaElement.prototype;

/** Which camera, microphone and speaker to use, and whether the microphone hears anything. */
export function DeviceChoice({ media }: { media: LocalMedia }) {
  const { devices } = media;
  const microphone = media.microphone.value;
  return (
    <div class="devices">
      <DeviceSelect
        media={media}
        device="camera"
        value={media.inUse('camera')}
        onChoose={(id) => void media.choose('camera', id)}
      />
      <DeviceSelect
        media={media}
        device="microphone"
        value={media.inUse('microphone')}
        onChoose={(id) => void media.choose('microphone', id)}
      />
      <LevelMeter track={microphone.on ? microphone.track : null} />
      {CHOOSES_SPEAKER && (
        <DeviceSelect
          media={media}
          device="speaker"
          value={devices.speaker.value}
          onChoose={(id) => devices.choose('speaker', id)}
        />
      )}
    </div>
  );
}

interface DeviceSelectProps {
  readonly media: LocalMedia;
  readonly device: DeviceRole;
  readonly value: string | null;
  readonly onChoose: (id: string) => void;
}

function DeviceSelect({ media, device, value, onChoose }: DeviceSelectProps) {
  const { automatic, automaticOf } = strings.device;
  const options = media.devices.options.value[device];
  const unlisted = !options.some(({ id }) => id === value);
  // A browser that lists no default speaker would offer no way back to it.
  const backToDefault = device === 'speaker' && !options.some(({ id }) => id === DEFAULT);
  return (
    <label class="device-choice">
      <span>{strings.device.choose[device]}</span>
      <select
        disabled={options.length === 0}
        value={value ?? ''}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      >
        {(unlisted || backToDefault) && (
          <option value={unlisted ? (value ?? '') : ''}>{automatic}</option>
        )}
        {options.map(({ id, label }) => (
          // A name that changes is in an option of its own: see `Changing`.
          <option key={`${id} ${label}`} value={id}>
            {id !== DEFAULT ? label : label ? automaticOf(label) : automatic}
          </option>
        ))}
      </select>
    </label>
  );
}
