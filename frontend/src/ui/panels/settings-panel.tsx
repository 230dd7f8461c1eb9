import type { Signal } from '@preact/signals';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { deviceWords, Switch } from '../parts/controls.tsx';
import { DeviceChoice } from '../parts/device-choice.tsx';
import { ownPictureMirrored, ownPictureShown, soundsOn } from '../parts/habits.ts';
import { WayChoice } from '../parts/way-choice.tsx';

/** The devices and who reads, as in the lobby, and the habits of the call. */
export function SettingsPanel({ media, stay }: CallContext) {
  const { habits } = strings;
  return (
    <>
      <DeviceChoice media={media} />
      <div class="device-words">
        {deviceWords(media).map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
      <HabitSwitch label={habits.ownPicture} on={ownPictureShown} />
      <p class="panel-hint">{habits.ownPictureHint}</p>
      <HabitSwitch label={habits.mirrored} on={ownPictureMirrored} />
      <HabitSwitch label={habits.sounds} on={soundsOn} />
      {stay.way.value && <WayChoice way={stay.way.value} />}
    </>
  );
}

function HabitSwitch({ label, on }: { label: string; on: Signal<boolean> }) {
  return (
    <Switch
      label={label}
      checked={on.value}
      onChange={(wanted) => {
        on.value = wanted;
      }}
    />
  );
}
