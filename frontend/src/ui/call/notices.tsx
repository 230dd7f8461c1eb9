import { effect, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { strings } from '../../words/strings.ts';
import type { CallProps } from '../parts/call-context.ts';
import { deviceWords } from '../parts/controls.tsx';
import { Notice } from '../parts/notice.tsx';

/** What is wrong or noteworthy at present, in sentences. */
export function noticeWords({ stay, media }: CallProps): readonly string[] {
  return [
    ...[...stay.problems.value].map((problem) => strings.problem[problem]),
    ...deviceWords(media),
  ];
}

/** What is wrong at present, each until it is right again or dismissed. */
export function Notices({ stay, media }: CallProps) {
  const words = noticeWords({ stay, media });
  // What the lobby said about our devices was read there.
  const told = useMemo(() => new Set(deviceWords(media)), [media]);
  const dismissed = useSignal<ReadonlySet<string>>(told);
  const shown = words.filter((text) => !dismissed.value.has(text));
  useEffect(() => {
    // What is over is forgotten, so that it is told when it happens again. An effect that misses
    // no moment: what is tried again in vain is over only until it fails.
    return effect(() => {
      const still = noticeWords({ stay, media }).filter((text) => dismissed.peek().has(text));
      if (still.length < dismissed.peek().size) dismissed.value = new Set(still);
    });
  }, [stay, media, dismissed]);
  return (
    <div class="notices">
      {shown.map((text) => (
        <Notice
          key={text}
          words={text}
          actions={
            stay.provider.value && canRetry(text)
              ? [{ words: strings.notice.tryAgain, act: () => stay.retryVideo(), stays: true }]
              : []
          }
          onDismiss={() => {
            dismissed.value = new Set([...dismissed.value, text]);
          }}
        />
      ))}
    </div>
  );
}

/** Whether these words tell of video that may be tried again; what could not be opened is anyway, and
 * a browser without video stays so. */
function canRetry(words: string): boolean {
  return Object.entries<string>(strings.problem).some(
    ([problem, text]) => text === words && /^video-(?!away|unsupported)/.test(problem),
  );
}
