import { useId, useRef } from 'preact/hooks';
import { strings } from '../strings.ts';
import type { CallContext } from './call-context.ts';
import { LinkIcon, MoreIcon, SmallWindowIcon } from './icons.tsx';
import type { OpenPanel } from './panel.tsx';
import { panels } from './panels.ts';

const GAP = 8; // px between the button and what it opens

/** The button for what is needed rarely, and on small screens for what has no place in the bar. */
export function MoreMenu({ context, open }: { context: CallContext; open: OpenPanel }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const place = () => {
    const { top, left, right } = button.current?.getBoundingClientRect() ?? new DOMRect();
    const style = list.current?.style;
    if (!style) return;
    style.bottom = `${innerHeight - top + GAP}px`;
    style.maxHeight = `${top - 2 * GAP}px`;
    // Towards the middle of the window, whichever way the page is written.
    const onTheRight = left + right > innerWidth;
    style.right = onTheRight ? `${innerWidth - right}px` : 'auto';
    style.left = onTheRight ? 'auto' : `${left}px`;
  };
  const choose = (action: () => void) => () => {
    list.current?.hidePopover();
    action();
  };
  return (
    <>
      <button
        type="button"
        class="round"
        ref={button}
        popovertarget={id}
        aria-label={strings.call.more}
        title={strings.call.more}
      >
        <MoreIcon />
      </button>
      <div class="more" id={id} ref={list} popover="auto" onBeforeToggle={place}>
        {panels.map((panel) => (
          <button
            key={panel.id}
            type="button"
            data-panel={panel.id}
            class={panel.place === 'bar' ? 'more-when-narrow' : undefined}
            onClick={choose(() => open.toggle(panel.id, button.current))}
          >
            <panel.Icon />
            {panel.title()}
          </button>
        ))}
        {'documentPictureInPicture' in globalThis && (
          <button
            type="button"
            onClick={choose(() => {
              import('./small-window.ts')
                .then(({ openSmallWindow }) => openSmallWindow(context))
                .catch(() => context.toast(strings.call.noSmallWindow));
            })}
          >
            <SmallWindowIcon />
            {strings.call.smallWindow}
          </button>
        )}
        <button type="button" onClick={choose(context.copyLink)}>
          <LinkIcon />
          {strings.call.copyLink}
        </button>
      </div>
    </>
  );
}
