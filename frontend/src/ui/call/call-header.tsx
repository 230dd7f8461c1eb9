import { useEffect, useRef } from 'preact/hooks';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { Changing } from '../parts/changing.tsx';
import { RoomStrip } from '../parts/room-strip.tsx';
import { useFit } from '../parts/use-fit.ts';
import { CallTime } from './call-time.tsx';

/** One line, or two; where there is little height rather one that says less. call-header.css says how. */
const LAYOUTS = {
  tall: ['row', 'stacked', 'tight', 'least'],
  short: ['row', 'brief', 'bare', 'stacked', 'tight', 'least'],
} as const;
const LITTLE_HEIGHT = 480; // px, as in call-header.css

/** The line above the tiles: the product, the room as a whole, how many are here. */
export function CallHeader(context: CallContext) {
  const { stay } = context;
  const { listed, people } = stay.room.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const header = useFit<HTMLElement>(
    () => (innerHeight > LITTLE_HEIGHT ? LAYOUTS.tall : LAYOUTS.short),
    { keeps: true },
  );
  return (
    <header class="call-header" ref={header}>
      <h1 class="product" translate={false} tabindex={-1} ref={heading}>
        {strings.product}
      </h1>
      <RoomStrip {...context} />
      <p class="headcount">
        <CallTime />
        <Changing>{listed && strings.call.people(people.size, stay.capacity)}</Changing>
        {stay.provider.value && (
          <span class="provider" key={stay.provider.value}>
            {strings.call.video[stay.provider.value]}
          </span>
        )}
      </p>
    </header>
  );
}
