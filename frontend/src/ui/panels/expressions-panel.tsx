import { strings } from '../../words/strings.ts';
import { type CallContext, hasVideo } from '../parts/call-context.ts';
import { Switch } from '../parts/controls.tsx';
import { Legend } from './legend.tsx';
import { RoomShares } from './room-shares.tsx';

/** What was read in this room, and what the signs mean. */
export function ExpressionsPanel(call: CallContext) {
  const room = call.stay.room.value;
  return (
    <>
      {room.mode === 'room-only' ? (
        <>
          <RoomShares {...call} />
          <p class="panel-hint" key="shares">
            {strings.room.sharesMeaning}
          </p>
        </>
      ) : (
        <>
          <Legend room={call.shown.of(room)} hasVideo={hasVideo(call)} />
          <p class="panel-hint" key="legend">
            {strings.call.legendMeaning}
          </p>
        </>
      )}
      <Switch
        label={strings.panel.announce}
        hint={strings.panel.announceHint}
        checked={call.shown.announced.value}
        onChange={(announced) => call.shown.announce(announced)}
      />
    </>
  );
}
