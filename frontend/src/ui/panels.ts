/** The side panels, in the order of their buttons. */
import { expressionsPanel } from './expressions-panel.tsx';
import { ownReadingsPanel } from './own-readings-panel.tsx';
import type { Panel } from './panel.tsx';
import { peoplePanel } from './people-panel.tsx';
import { timelinePanel } from './timeline-panel.tsx';

export const panels: readonly Panel[] = [
  peoplePanel,
  expressionsPanel,
  timelinePanel,
  ownReadingsPanel,
];
