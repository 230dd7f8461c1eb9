import { useEffect, useRef } from 'preact/hooks';
import { strings } from '../../words/strings.ts';

interface WaitingProps {
  readonly name: string;
  readonly onGiveUp: () => void;
}

/** At a closed door, until a host answers. */
export function Waiting({ name, onGiveUp }: WaitingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main class="goodbye">
      <div class="card" role="status">
        <h1 tabindex={-1} ref={heading}>
          {strings.door.waitTitle}
        </h1>
        <p>{strings.door.waitHint(name)}</p>
        <button type="button" onClick={onGiveUp}>
          {strings.door.giveUp}
        </button>
      </div>
    </main>
  );
}
