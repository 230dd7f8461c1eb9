import type { CallContext } from './call-context.ts';
import { deviceWords } from './controls.tsx';
import { DeviceChoice } from './device-choice.tsx';

/** The devices, as in the lobby. */
export function SettingsPanel({ media }: CallContext) {
  return (
    <>
      <DeviceChoice media={media} />
      <div class="device-words">
        {deviceWords(media).map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
    </>
  );
}
