import { expressionSigns } from '../../words/expressions.ts';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { roomLook } from '../parts/room-strip.tsx';

const LEAST_SHARE = 0.01;

/** In room-only mode, in the legend's place: the part each expression has of how the room looks. */
export function RoomShares(call: CallContext) {
  const look = call.shown.others.value ? roomLook(call) : null;
  if (!look) return <p class="legend-empty">{strings.room.sharesEmpty}</p>;
  return (
    <section class="legend" aria-label={strings.room.looks}>
      <ul aria-label={strings.room.looks}>
        {look.shares
          .filter(({ share }) => share >= LEAST_SHARE)
          .map(({ expression, share }) => (
            <li key={expression} class="room-part">
              <span class="legend-emoji" aria-hidden="true">
                {expressionSigns[expression].emoji}
              </span>{' '}
              {expressionSigns[expression].word}{' '}
              <b key={share}>{strings.format.percent(Math.round(share * 100))}</b>
            </li>
          ))}
      </ul>
    </section>
  );
}
