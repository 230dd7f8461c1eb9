import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { watchOtherTabs } from '../../browser/other-tabs.ts';
import { strings } from '../../words/strings.ts';
import { Changing } from '../parts/changing.tsx';

/** Says when another tab of this browser is in the call already; joining once more is allowed. */
export function Elsewhere({ room }: { room: string }) {
  const elsewhere = useSignal(false);
  useEffect(() => {
    elsewhere.value = false;
    return watchOtherTabs(room, (found) => {
      elsewhere.value = found;
    });
  }, [room, elsewhere]);
  return (
    <p class="elsewhere" role="status">
      <Changing>{elsewhere.value && strings.lobby.elsewhere}</Changing>
    </p>
  );
}
