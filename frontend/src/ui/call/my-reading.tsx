import { useSignalEffect } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import type { Stay } from '../../stay/stay.ts';
import { strings } from '../../words/strings.ts';
import { Changing } from '../parts/changing.tsx';
import { Switch } from '../parts/controls.tsx';
import { UnfoldIcon } from '../parts/icons.tsx';
import { useMenu } from '../parts/menu.ts';
import { PaceChoice } from '../parts/pace-choice.tsx';

/** What is read of us, who sees it and for how long, in a line. */
function meaning({ way, room, narrow }: Stay): string {
  const { reads, sees, kept } = strings.pace;
  const alone = room.value.mode === 'room-only' || narrow.value;
  const reader = way.value?.chosen.value ?? 'service';
  return `${reads[reader]} ${sees[alone ? 'self' : 'everybody']} ${kept}`;
}

/** Whether we are read, with the pace beneath; beside it the choice of that, and what it means. */
export function MyReading({ stay }: { stay: Stay }) {
  const { pace } = strings;
  const { id, button, list, place } = useMenu(true);
  const means = useId();
  const consent = stay.consent.value;
  // Who agreed in the lobby was told there; who does so here is told once, as they do.
  const told = useRef(stay.consent.peek());
  useSignalEffect(() => {
    if (!stay.consent.value || told.current) return;
    told.current = true;
    list.current?.showPopover();
  });
  return (
    <div class="my-reading">
      <Switch
        label={strings.call.read}
        state={{ words: !consent ? pace.off : stay.live.value ? pace.live : pace.asked, means }}
        checked={consent}
        onChange={(read) => stay.setConsent(read)}
      />
      <button
        type="button"
        class="plain unfold"
        ref={button}
        popovertarget={id}
        aria-label={strings.call.howRead}
        title={strings.call.howRead}
      >
        <UnfoldIcon />
      </button>
      <div class="more how-read" id={id} ref={list} popover="auto" onBeforeToggle={place}>
        <p id={means}>
          <Changing>{meaning(stay)}</Changing>
        </p>
        {consent ? (
          <PaceChoice
            live={stay.live.value}
            onChange={(live) => {
              stay.live.value = live;
            }}
          />
        ) : (
          <p key="off">{pace.needsReading}</p>
        )}
      </div>
    </div>
  );
}
