import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../api.ts';
import type { Demonstration } from '../demonstration.ts';
import { strings } from '../strings.ts';
import { type CallContext, isAlone } from './call-context.ts';
import { focusHeading } from './focus.ts';
import { LinkIcon } from './icons.tsx';
import { refusalWords } from './refusal.ts';

/** Adds a demonstration participant to a room, under this name. */
export type Demonstrate = (room: string, name: string) => Promise<Demonstration>;

/**
 * What to do while alone, no warning: everything is as it should be. Where this page offers a
 * demonstration, that too; while it takes part, that it does, and its end.
 */
export function Company({
  context,
  demonstrate,
}: {
  context: CallContext;
  demonstrate: Demonstrate | null;
}) {
  const { session, copyLink, toast } = context;
  const words = strings.demonstration;
  const demonstration = useSignal<Demonstration | null>(null);
  const busy = useSignal(false);
  useSignalEffect(() => {
    if (demonstration.value?.ended.value) demonstration.value = null;
  });
  useEffect(() => () => demonstration.peek()?.stop(), [demonstration]);
  if (demonstration.value) {
    return (
      <div class="alone">
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
      </div>
    );
  }
  if (!isAlone(session)) return null;
  const add = async () => {
    busy.value = true;
    try {
      const added = await demonstrate?.(session.roomId, words.name);
      // Who left meanwhile leaves nobody behind.
      if (session.ended.peek() !== null) added?.stop();
      else demonstration.value = added ?? null;
    } catch (error) {
      toast(refusalWords(error instanceof ApiError ? error : null));
    }
    busy.value = false;
  };
  return (
    <div class="alone">
      <p>{strings.call.alone}</p>
      <button type="button" onClick={copyLink}>
        <LinkIcon />
        {strings.call.copyLink}
      </button>
      {demonstrate && session.provider.value === 'mesh' && (
        <button
          type="button"
          disabled={busy.value}
          title={words.hint}
          onClick={(press) => {
            focusHeading(press);
            void add();
          }}
        >
          {busy.value ? strings.lobby.busy : words.add}
        </button>
      )}
    </div>
  );
}
