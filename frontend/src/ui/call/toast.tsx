import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { strings } from '../../words/strings.ts';
import { focusHeading } from '../parts/focus.ts';
import { CloseIcon } from '../parts/icons.tsx';

const TOAST_TIME = 6_000; // ms

/** What a toast says; a new object each time, also for the same words. */
export interface Said {
  readonly words: string;
}

interface ToastState {
  readonly said: ReadonlySignal<Said>;
  /** Shows it for some seconds, or until it is closed where somebody must take it along. */
  readonly show: (words: string, stays?: boolean) => void;
}

/** A sentence for a moment. */
export function useToast(): ToastState {
  const said = useSignal<Said>({ words: '' });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = (words: string, stays = false) => {
    clearTimeout(timer.current);
    said.value = { words };
    if (stays) return;
    timer.current = setTimeout(() => {
      said.value = { words: '' };
    }, TOAST_TIME);
  };
  return { said, show };
}

/** The sentence, over the line above the tiles: it covers no face, and moves none. */
export function Toast({ said, show }: ToastState) {
  const { words } = said.value;
  if (!words) return null;
  return (
    <div class="toast">
      <p key={words}>{words}</p>
      <button
        type="button"
        aria-label={strings.notice.dismiss}
        onClick={(press) => {
          focusHeading(press);
          show('');
        }}
      >
        <CloseIcon />
      </button>
    </div>
  );
}
