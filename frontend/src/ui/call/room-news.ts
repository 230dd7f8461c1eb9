import { useComputed, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Stay } from '../../stay/stay.ts';
import type { RoomMode } from '../../wire/contract.ts';
import { strings } from '../../words/strings.ts';

/** Says for a moment who asked for a reading of us, and who sees the emoji from now on. */
export function useRoomNews(stay: Stay, toast: (words: string) => void): void {
  const told = useRef(stay.asked.peek());
  useSignalEffect(() => {
    const asked = stay.asked.value;
    if (asked === told.current) return;
    told.current = asked;
    const name = asked && stay.room.peek().people.get(asked.by)?.name;
    if (name && stay.readable.peek()) toast(strings.notice.asked(name));
  });
  const mode = useComputed(() => (stay.room.value.listed ? stay.room.value.mode : null));
  const modeBefore = useRef<RoomMode | null>(null);
  useSignalEffect(() => {
    const before = modeBefore.current;
    modeBefore.current = mode.value ?? before;
    if (mode.value === before || !mode.value) return;
    if (mode.value === 'room-only') toast(strings.room.onlyHint);
    else if (before) toast(strings.room.openHint);
  });
}
