import { useEffect, useRef } from 'preact/hooks';
import type { EndReason } from '../session.ts';
import { strings } from '../strings.ts';

interface GoodbyeProps {
  readonly reason: EndReason;
  readonly onAgain: () => void;
  readonly onHome: () => void;
}

/** After a call: why it is over, and the ways on. */
export function Goodbye({ reason, onAgain, onHome }: GoodbyeProps) {
  const { end } = strings;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const hint = { left: end.leftHint, 'room-gone': end.goneHint, 'room-full': end.fullHint }[reason];
  return (
    <main class="goodbye">
      <div class="card">
        <h1 tabindex={-1} ref={heading}>
          {end[reason]}
        </h1>
        <p>{hint}</p>
        {reason !== 'room-gone' && (
          <button type="button" class="primary" onClick={onAgain}>
            {end.again}
          </button>
        )}
        <button type="button" class={reason === 'room-gone' ? 'primary' : ''} onClick={onHome}>
          {end.home}
        </button>
      </div>
    </main>
  );
}
