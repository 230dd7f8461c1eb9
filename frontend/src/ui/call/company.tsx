import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Demonstration } from '../../stay/demonstration.ts';
import { ApiError } from '../../wire/api.ts';
import { strings } from '../../words/strings.ts';
import { type CallContext, isAlone } from '../parts/call-context.ts';
import { Changing } from '../parts/changing.tsx';
import { focusHeading } from '../parts/focus.ts';
import { CloseIcon, LinkIcon } from '../parts/icons.tsx';
import { refusalWords } from '../parts/refusal.ts';
import './company.css';
import { pressable } from '../parts/pressable.ts';

/** Adds a demonstration participant to a room, under this name. */
export type Demonstrate = (room: string, name: string) => Promise<Demonstration>;

/**
 * What to do while alone, no warning: everything is as it should be. Where this page offers a
 * demonstration, that too; while it takes part, that it does, and its end.
 */
export function Company({
  context,
  demonstrate,
  demonstration,
}: {
  context: CallContext;
  demonstrate: Demonstrate | null;
  demonstration: Signal<Demonstration | null>;
}) {
  const { stay, copyLink, toast } = context;
  const words = strings.demonstration;
  const busy = useSignal(false);
  const closed = useSignal(false);
  useSignalEffect(() => {
    if (!demonstration.value?.ended.value) return;
    demonstration.value = null;
    closed.value = false;
  });
  useEffect(() => () => demonstration.peek()?.stop(), [demonstration]);
  if (demonstration.value) {
    if (closed.value) return null; // the menu removes it
    return (
      <div class="alone" key="demonstration">
        <p>{words.present}</p>
        <button
          type="button"
          onClick={(press) => {
            focusHeading(press);
            demonstration.value?.stop();
          }}
        >
          {words.remove}
        </button>
        <button
          type="button"
          class="alone-close"
          aria-label={strings.notice.dismiss}
          onClick={(press) => {
            focusHeading(press);
            closed.value = true;
          }}
        >
          <CloseIcon />
        </button>
      </div>
    );
  }
  if (!isAlone(stay)) return null;
  const add = async () => {
    busy.value = true;
    try {
      const added = await demonstrate?.(stay.roomId, words.name);
      // If we left during the load, the demonstration must not stay behind.
      if (stay.ended.peek() !== null) added?.stop();
      else demonstration.value = added ?? null;
    } catch (error) {
      toast(refusalWords(error instanceof ApiError ? error : null));
    }
    busy.value = false;
  };
  return (
    <div class="alone" key="alone">
      <p>{strings.call.alone}</p>
      <button type="button" onClick={copyLink}>
        <LinkIcon />
        {strings.call.copyLink}
      </button>
      {demonstrate && stay.provider.value === 'mesh' && (
        <button
          type="button"
          title={words.hint}
          {...pressable(!busy.value, (press) => {
            focusHeading(press);
            void add();
          })}
        >
          <Changing>{busy.value ? strings.lobby.busy : words.add}</Changing>
        </button>
      )}
    </div>
  );
}
