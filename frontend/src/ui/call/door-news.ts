import { useComputed, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { isHost } from '../../room/room.ts';
import type { Stay } from '../../stay/stay.ts';
import { strings } from '../../words/strings.ts';

/** Says for a moment what a host did at the door, to our microphone, or of us. */
export function useDoorNews(stay: Stay, toast: (words: string) => void): void {
  const nameOf = (participant: string | null) =>
    participant && stay.room.peek().people.get(participant)?.name;
  const door = useComputed(() => (stay.room.value.listed ? stay.room.value.door.state : null));
  const before = useRef<string | null>(null);
  useSignalEffect(() => {
    const state = door.value;
    const former = before.current;
    before.current = state ?? former;
    if (!state || state === former || (!former && state === 'open')) return;
    const { by } = stay.room.peek().door;
    if (by === stay.room.peek().self) return;
    const name = nameOf(by);
    const { closedHint, closed, opened, noHost } = strings.door;
    if (state === 'closed') toast(name ? closed(name) : closedHint);
    else toast(name ? opened(name) : noHost);
  });
  useSignalEffect(() => {
    const muted = stay.mutedBy?.value;
    // Who is silenced is told so, also by a host who has left or is not known yet.
    if (muted) toast(strings.door.mutedBy(nameOf(muted.by) || strings.panel.host));
  });
  const host = useComputed(() => isHost(stay.room.value));
  const wasHost = useRef(host.peek());
  useSignalEffect(() => {
    if (host.value && !wasHost.current) toast(strings.door.youAreHost);
    wasHost.current = host.value;
  });
}
