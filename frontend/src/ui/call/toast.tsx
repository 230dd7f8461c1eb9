import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { strings } from '../../words/strings.ts';
import { focusHeading } from '../parts/focus.ts';
import { CloseIcon } from '../parts/icons.tsx';

const TOAST_TIME = 6_000; // ms

interface ToastState {
  readonly words: ReadonlySignal<string>;
  /** Shows it for some seconds, or until it is closed where somebody must take it along. */
  readonly show: (words: string, stays?: boolean) => void;
}

/** A sentence for a moment. */
export function useToast(): ToastState {
  const words = useSignal('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = (text: string, stays = false) => {
    clearTimeout(timer.current);
    words.value = text;
    if (stays) return;
    timer.current = setTimeout(() => {
      words.value = '';
    }, TOAST_TIME);
  };
  return { words, show };
}

/** The sentence, over the line above the tiles: it covers no face, and moves none. */
export function Toast({ words, show }: ToastState) {
  if (!words.value) return null;
  return (
    <div class="toast">
      <p key={words.value}>{words.value}</p>
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
