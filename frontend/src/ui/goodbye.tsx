import { useEffect, useRef } from 'preact/hooks';
import type { EndReason } from '../stay/ports.ts';
import { strings } from '../words/strings.ts';
import { Changing } from './parts/changing.tsx';
import { pressable } from './parts/pressable.ts';

interface GoodbyeProps {
  readonly reason: EndReason;
  /** How we would come back; null where we cannot. */
  readonly entry: { readonly name: string; readonly consent: boolean } | null;
  /** Why coming back was refused, in words. */
  readonly refusal: string | null;
  readonly busy: boolean;
  readonly onAgain: () => void;
  readonly onHome: () => void;
}

/** After a call: why it is over, and the ways on. */
export function Goodbye({ reason, entry, refusal, busy, onAgain, onHome }: GoodbyeProps) {
  const { end } = strings;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const hint = {
    left: end.leftHint,
    'room-gone': end.goneHint,
    'room-full': end.fullHint,
    removed: end.removedHint,
    refused: end.refusedHint,
    'knock-expired': end.unansweredHint,
  }[reason];
  return (
    <main class="goodbye">
      <div class="card">
        <h1 tabindex={-1} ref={heading}>
          {end[reason]}
        </h1>
        <p>{hint}</p>
        {reason !== 'room-gone' && (
          <>
            {entry && <p>{(entry.consent ? end.backRead : end.backNotRead)(entry.name)}</p>}
            <p class="refusal" role="alert">
              <Changing>{refusal}</Changing>
            </p>
            <button type="button" class="primary" {...pressable(!busy, onAgain)}>
              {end.again}
            </button>
          </>
        )}
        <button
          type="button"
          class={reason === 'room-gone' ? 'primary' : ''}
          {...pressable(!busy, onHome)}
        >
          {end.home}
        </button>
      </div>
    </main>
  );
}
