import type { Signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { deviceWords, Switch } from '../parts/controls.tsx';
import { DeviceChoice } from '../parts/device-choice.tsx';
import { ownPictureMirrored, ownPictureShown, soundsOn } from '../parts/habits.ts';
import { WayChoice } from '../parts/way-choice.tsx';

/** The devices and who reads, as in the lobby, and the habits of the call. */
export function SettingsPanel({ media, stay, onWay }: CallContext) {
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
      {stay.way.value ? <WayChoice way={stay.way.value} /> : onWay && <AbsentWay onWay={onWay} />}
    </>
  );
}

/** Who reads, whose code did not come in the lobby: it is asked for again, at once and at each press. */
function AbsentWay({ onWay }: { onWay: () => Promise<void> }) {
  const [failed, setFailed] = useState(false);
  const ask = () => {
    setFailed(false);
    onWay().catch(() => setFailed(true));
  };
  useEffect(ask, [onWay]);
  if (!failed) return null;
  return (
    <>
      <p class="panel-hint" role="alert">
        {strings.panel.notLoaded}
      </p>
      <button type="button" onClick={ask}>
        {strings.notice.tryAgain}
      </button>
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
