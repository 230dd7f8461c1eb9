import { type Aggregate, aggregate } from '../../room/aggregate.ts';
import { roomFaces } from '../../room/look.ts';
import { ANONYMOUS_FROM } from '../../wire/contract.ts';
import { expressionSigns } from '../../words/expressions.ts';
import { strings } from '../../words/strings.ts';
import { type CallContext, type CallProps, hasVideo } from './call-context.ts';
import { clock } from './clock.ts';
import { EyeIcon, FacesIcon } from './icons.tsx';

const TOLD = 2; // expressions told of
const LEAST_SHARE = 0.1; // less is not worth a word

/** The room's present look as a whole; null while it would show one person's look, or no one's. */
export function roomLook(call: CallProps): Aggregate | null {
  const room = call.stay.room.value;
  const together = aggregate(roomFaces(room, hasVideo(call), clock.value));
  const enough = room.mode === 'room-only' || (together?.faces ?? 0) > 1;
  return enough ? together : null;
}

/** The room in one line: which mode holds, how it looks as a whole, and the way to see none of it. */
export function RoomStrip(call: CallContext) {
  const { shown, stay } = call;
  const roomOnly = stay.room.value.mode === 'room-only';
  return (
    <section class="room-strip" aria-label={strings.room.title}>
      {roomOnly && (
        <span class="room-mode" title={strings.room.onlyHint}>
          <FacesIcon />
          {strings.room.only}
        </span>
      )}
      <RoomWords {...call} />
      <button
        type="button"
        class="plain others"
        role="switch"
        aria-checked={shown.others.value}
        title={shown.others.value ? strings.room.hideOthers : strings.room.showOthers}
        onClick={() => shown.showOthers(!shown.others.value)}
      >
        <EyeIcon off={!shown.others.value} />
        <span class="others-label">{strings.room.others}</span>
      </button>
    </section>
  );
}

function RoomWords(call: CallContext) {
  const room = call.stay.room.value;
  if (!call.shown.others.value)
    return (
      <p class="room-quiet" key="off">
        {strings.room.othersOff}
      </p>
    );
  const look = roomLook(call);
  if (!look) {
    const { tooFew, nothing } = strings.room;
    const words = room.mode === 'room-only' ? tooFew(ANONYMOUS_FROM) : nothing;
    return (
      <p class="room-quiet" key={words}>
        {words}
      </p>
    );
  }
  const told = look.shares.slice(0, TOLD).filter(({ share }) => share >= LEAST_SHARE);
  return (
    <p class="room-look" key="look">
      <span class="room-label">{strings.room.looks}</span>
      {told.map(({ expression, share }) => (
        <span class="room-share" key={expression} data-room-expression={expression}>
          <span class="room-emoji" aria-hidden="true">
            {expressionSigns[expression].emoji}
          </span>{' '}
          {expressionSigns[expression].word}{' '}
          <span class="room-percent" key={share}>
            {strings.format.percent(Math.round(share * 100))}
          </span>
        </span>
      ))}
    </p>
  );
}
