import { useSignal } from '@preact/signals';
import { strings } from '../../words/strings.ts';
import type { CallProps } from '../parts/call-context.ts';
import { Notice } from '../parts/notice.tsx';

/** Asks somebody who agreed to room-only, once for each opening, whether everyone may see theirs. */
export function WiderConsent({ stay }: Pick<CallProps, 'stay'>) {
  const answeredFor = useSignal<number | null>(null);
  const { openedAt } = stay.room.value;
  if (!stay.narrow.value || answeredFor.value === openedAt) return null;
  const answer = (widen: boolean) => {
    answeredFor.value = openedAt;
    if (widen) stay.widenConsent();
  };
  const { opened, showMine, keepMine } = strings.room;
  return (
    <Notice
      alert
      words={opened}
      actions={[
        { words: showMine, act: () => answer(true) },
        { words: keepMine, act: () => answer(false) },
      ]}
    />
  );
}
