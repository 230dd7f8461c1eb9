import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { CloseIcon } from '../parts/icons.tsx';

/** One kind of side panel. To add one: write its body's file, and name it in `panels.ts`. */
export interface Panel {
  readonly id: string;
  readonly title: () => string;
  readonly Icon: FunctionComponent;
  /** Where its button is: in the bar while there is room, or always under "More". */
  readonly place: 'bar' | 'more';
  readonly Body: FunctionComponent<CallContext>;
}

/** Which panel is open, at most one at a time. */
export interface OpenPanel {
  readonly id: ReadonlySignal<string | null>;
  /** Opens a panel, or closes it when it is the open one; `opener` gets the focus back. */
  toggle(id: string, opener: HTMLElement | null): void;
  close(): void;
}

/** The state of the one open panel. Escape closes it. */
export function useOpenPanel(): OpenPanel {
  const id = useSignal<string | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const close = () => {
    if (id.peek() === null) return;
    id.value = null;
    opener.current?.focus();
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      if (document.querySelector('[popover]:popover-open')) return; // that one closes first
      close();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return {
    id,
    toggle: (wanted, by) => {
      if (id.peek() === wanted) return close();
      opener.current = by;
      id.value = wanted;
    },
    close,
  };
}

interface PanelFrameProps {
  readonly panel: Panel;
  readonly context: CallContext;
  readonly onClose: () => void;
}

/** A panel beside the tiles, or over them on a phone. Give it its panel's id as `key`. */
export function PanelFrame({ panel, context, onClose }: PanelFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const title = useId();
  useEffect(() => heading.current?.focus(), []);
  return (
    <aside class="panel" id={`panel-${panel.id}`} aria-labelledby={title}>
      <div class="panel-head">
        <h2 id={title} tabindex={-1} ref={heading}>
          {panel.title()}
        </h2>
        <button type="button" class="plain" aria-label={strings.panel.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <div class="panel-body">
        <panel.Body {...context} />
      </div>
    </aside>
  );
}

interface PanelButtonProps {
  readonly panel: Panel;
  readonly open: OpenPanel;
  /** What is shown beside the icon, and does not belong to the name. */
  readonly count?: number | undefined;
}

/** The button of the bar that opens and closes a panel. */
export function PanelButton({ panel, open, count }: PanelButtonProps) {
  const expanded = open.id.value === panel.id;
  return (
    <button
      type="button"
      class="round"
      aria-label={panel.title()}
      aria-expanded={expanded}
      aria-controls={expanded ? `panel-${panel.id}` : undefined}
      title={panel.title()}
      onClick={({ currentTarget }) => open.toggle(panel.id, currentTarget)}
    >
      <panel.Icon />
      {count !== undefined && (
        <span class="round-count" aria-hidden="true" data-count={strings.format.number(count)} />
      )}
    </button>
  );
}
