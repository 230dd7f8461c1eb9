import { useMemo } from 'preact/hooks';
import { now } from '../../time/page-time.ts';
import { strings } from '../../words/strings.ts';
import { Changing } from '../parts/changing.tsx';
import { clock } from '../parts/clock.ts';

/** How long we have been in the call. Screen readers read it when asked: a timer says nothing by itself. */
export function CallTime() {
  const since = useMemo(now, []);
  const seconds = Math.max(0, Math.floor((clock.value - since) / 1000));
  return (
    <span
      class="call-time"
      role="timer"
      aria-label={strings.habits.time}
      title={strings.habits.time}
    >
      <Changing>{strings.format.lasting(seconds)}</Changing>
    </span>
  );
}
