/**
 * The side panels, in the order of their buttons. What is in one is loaded when it is first opened: the
 * page is light for those who open none.
 */
import { strings } from '../../words/strings.ts';
import {
  FacesIcon,
  KeyboardIcon,
  OwnReadingsIcon,
  PeopleIcon,
  SettingsIcon,
  TimelineIcon,
} from '../parts/icons.tsx';
import { loadedBody } from './loaded-body.tsx';
import type { Panel } from './panel.tsx';

export const panels: readonly Panel[] = [
  {
    id: 'people',
    title: () => strings.panel.people,
    Icon: PeopleIcon,
    place: 'bar',
    Body: loadedBody(async () => (await import('./people-panel.tsx')).PeoplePanel),
  },
  {
    id: 'expressions',
    title: () => strings.panel.expressions,
    Icon: FacesIcon,
    place: 'bar',
    Body: loadedBody(async () => (await import('./expressions-panel.tsx')).ExpressionsPanel),
  },
  {
    id: 'timeline',
    title: () => strings.panel.timeline,
    Icon: TimelineIcon,
    place: 'bar',
    Body: loadedBody(async () => (await import('./timeline-panel.tsx')).TimelinePanel),
  },
  {
    id: 'own-readings',
    title: () => strings.panel.ownReadings,
    Icon: OwnReadingsIcon,
    place: 'more',
    Body: loadedBody(async () => (await import('./own-readings-panel.tsx')).OwnReadingsPanel),
  },
  {
    id: 'settings',
    title: () => strings.panel.settings,
    Icon: SettingsIcon,
    place: 'more',
    Body: loadedBody(async () => (await import('./settings-panel.tsx')).SettingsPanel),
  },
  {
    id: 'shortcuts',
    title: () => strings.panel.shortcuts,
    Icon: KeyboardIcon,
    place: 'more',
    Body: loadedBody(async () => (await import('./shortcuts-panel.tsx')).ShortcutsPanel),
  },
];
