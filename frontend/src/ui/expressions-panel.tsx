import { strings } from '../strings.ts';
import { type CallContext, hasVideo } from './call-context.ts';
import { FacesIcon } from './icons.tsx';
import { Legend } from './legend.tsx';
import type { Panel } from './panel.tsx';

/** What was read in this room, and what the signs mean. */
export const expressionsPanel: Panel = {
  id: 'expressions',
  title: () => strings.panel.expressions,
  Icon: FacesIcon,
  place: 'bar',
  Body: ExpressionsBody,
};

function ExpressionsBody(call: CallContext) {
  return (
    <>
      <Legend room={call.shown.of(call.session.room.value)} hasVideo={hasVideo(call)} />
      <p class="panel-hint">{strings.call.legendMeaning}</p>
    </>
  );
}
