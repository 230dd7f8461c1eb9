import { strings } from '../strings.ts';
import { TimelineIcon } from './icons.tsx';
import { loadedBody } from './loaded-body.tsx';
import type { Panel } from './panel.tsx';

/** How everybody looked over the last minutes. */
export const timelinePanel: Panel = {
  id: 'timeline',
  title: () => strings.panel.timeline,
  Icon: TimelineIcon,
  place: 'bar',
  Body: loadedBody(async () => (await import('./timeline.tsx')).Timeline),
};
