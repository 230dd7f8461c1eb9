import { strings } from '../strings.ts';
import { OwnReadingsIcon } from './icons.tsx';
import { loadedBody } from './loaded-body.tsx';
import type { Panel } from './panel.tsx';

/** What was read of us. */
export const ownReadingsPanel: Panel = {
  id: 'own-readings',
  title: () => strings.panel.ownReadings,
  Icon: OwnReadingsIcon,
  place: 'more',
  Body: loadedBody(async () => (await import('./own-readings.tsx')).OwnReadings),
};
