import { strings } from '../../words/strings.ts';
import type { OpenPanel } from '../panels/panel.tsx';
import { panels } from '../panels/panels.ts';
import type { CallContext } from '../parts/call-context.ts';
import { LinkIcon, MoreIcon } from '../parts/icons.tsx';
import { useMenu } from '../parts/menu.ts';

/** The button for what is needed rarely, and on small screens for what has no place in the bar. */
export function MoreMenu({ context, open }: { context: CallContext; open: OpenPanel }) {
  const { id, button, list, place } = useMenu();
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
        {context.menu.value.map(({ words, Icon, act }) => (
          <button key={words} type="button" onClick={choose(act)}>
            <Icon />
            {words}
          </button>
        ))}
        <button type="button" onClick={choose(context.copyLink)}>
          <LinkIcon />
          {strings.call.copyLink}
        </button>
      </div>
    </>
  );
}
