import type { Ref } from 'preact';
import { strings } from '../../words/strings.ts';
import { focusHeading } from './focus.ts';
import { CloseIcon } from './icons.tsx';

interface Action {
  readonly words: string;
  /** For screen readers, where the words alone do not say whom they are about. */
  readonly name?: string;
  readonly act: () => void;
  /** The notice stays after it; otherwise it goes, and the heading gets the focus. */
  readonly stays?: boolean;
}

interface NoticeProps {
  readonly words: string;
  readonly actions?: readonly Action[];
  readonly onDismiss?: () => void;
  /** Screen readers say it at once. */
  readonly alert?: boolean;
  readonly box?: Ref<HTMLDivElement>;
}

/** A sentence above the tiles, what can be done about it, and perhaps a button that dismisses it. */
export function Notice({ words, actions = [], onDismiss, alert = false, box }: NoticeProps) {
  return (
    <div class="notice" role={alert ? 'alert' : undefined} ref={box ?? null}>
      <p>{words}</p>
      {actions.map(({ words: does, name, act, stays }) => (
        <button
          key={does}
          type="button"
          class="notice-retry"
          aria-label={name}
          onClick={(press) => {
            if (!stays) focusHeading(press);
            act();
          }}
        >
          {does}
        </button>
      ))}
      {onDismiss && (
        <button
          type="button"
          aria-label={strings.notice.dismiss}
          onClick={(press) => {
            focusHeading(press);
            onDismiss();
          }}
        >
          <CloseIcon />
        </button>
      )}
    </div>
  );
}
