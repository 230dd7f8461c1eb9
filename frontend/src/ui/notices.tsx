import { effect, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { strings } from '../strings.ts';
import type { CallProps } from './call-context.ts';
import { deviceWords } from './controls.tsx';
import { focusHeading } from './focus.ts';
import { CloseIcon } from './icons.tsx';

/** What is wrong or noteworthy at present, in sentences. */
export function noticeWords({ session, media }: CallProps): readonly string[] {
  return [
    ...[...session.problems.value].map((problem) => strings.problem[problem]),
    ...deviceWords(media),
  ];
}

/** What is wrong at present, each until it is right again or dismissed. */
export function Notices({ session, media }: CallProps) {
  const words = noticeWords({ session, media });
  // What the lobby said about our devices was read there.
  const told = useMemo(() => new Set(deviceWords(media)), [media]);
  const dismissed = useSignal<ReadonlySet<string>>(told);
  const shown = words.filter((text) => !dismissed.value.has(text));
  useEffect(() => {
    // What is over is forgotten, so that it is told when it happens again. An effect that misses
    // no moment: what is tried again in vain is over only until it fails.
    return effect(() => {
      const still = noticeWords({ session, media }).filter((text) => dismissed.peek().has(text));
      if (still.length < dismissed.peek().size) dismissed.value = new Set(still);
    });
  }, [session, media, dismissed]);
  return (
    <div class="notices">
      {shown.map((text) => (
        <div class="notice" key={text}>
          <p>{text}</p>
          {session.provider.value && canRetry(text) && (
            <button type="button" class="notice-retry" onClick={() => session.retryVideo()}>
              {strings.notice.tryAgain}
            </button>
          )}
          <button
            type="button"
            aria-label={strings.notice.dismiss}
            onClick={(press) => {
              focusHeading(press);
              dismissed.value = new Set([...dismissed.value, text]);
            }}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}

/** Whether these words tell of video that may be tried again; what could not be opened is anyway. */
function canRetry(words: string): boolean {
  return Object.entries<string>(strings.problem).some(
    ([problem, text]) => text === words && /^video-(?!away)/.test(problem),
  );
}
