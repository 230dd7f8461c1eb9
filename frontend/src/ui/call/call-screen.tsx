import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { linkToRoom } from '../../browser/room-link.ts';
import { Recorder } from '../../past/recorder.ts';
import { now } from '../../time/page-time.ts';
import { strings } from '../../words/strings.ts';
import { loadBodies } from '../panels/loaded-body.tsx';
import { PanelFrame, useOpenPanel } from '../panels/panel.tsx';
import { panels } from '../panels/panels.ts';
import {
  type CallContext,
  type CallProps,
  hasVideo,
  type MenuItem,
} from '../parts/call-context.ts';
import { ShownReadings } from '../parts/shown-readings.ts';
import { useDeviceNews } from '../parts/use-device-news.ts';
import { useLoaded } from '../parts/use-loaded.ts';
import { Stage } from '../tiles/stage.tsx';
import { Bar } from './bar.tsx';
import { CallHeader } from './call-header.tsx';
import type { Demonstrate } from './company.tsx';
import { LiveRegion } from './live-region.tsx';
import { Notices } from './notices.tsx';
import { Toast, useToast } from './toast.tsx';

const QUIET = 5_000; // ms after which a call that begins needs the network less

const loadLater = () => import('./later.tsx');

interface CallScreenProps extends CallProps, Pick<CallContext, 'onWay'> {
  /** Adds a demonstration participant; null where this page offers none. */
  readonly demonstrate: Demonstrate | null;
}

/** The call: everybody's tile, what is wrong if anything, the bar, and a panel. */
export function CallScreen({ stay, media, demonstrate, onWay = null }: CallScreenProps) {
  const toast = useToast();
  const open = useOpenPanel();
  const shown = useMemo(() => new ShownReadings(), []);
  const later = useLoaded(loadLater);
  const menu = useSignal<readonly MenuItem[]>([]);
  const recorder = useMemo(
    () => new Recorder({ room: stay.room, hasVideo: hasVideo({ stay, media }), now }),
    [stay, media],
  );
  useEffect(() => () => recorder.stop(), [recorder]);
  useEffect(() => {
    const quiet = setTimeout(loadBodies, QUIET);
    return () => clearTimeout(quiet);
  }, []);
  useDeviceNews(media, toast.show);
  const copyLink = async () => {
    const link = linkToRoom(stay.roomId, location.href);
    try {
      await navigator.clipboard.writeText(link);
      toast.show(strings.call.linkCopied);
    } catch {
      toast.show(strings.call.linkNotCopied(link), true);
    }
  };
  const context: CallContext = {
    stay,
    media,
    recorder,
    toast: toast.show,
    copyLink: () => void copyLink(),
    onWay,
    shown,
    menu,
  };
  const panel = panels.find(({ id }) => id === open.id.value);
  return (
    <main class="call">
      <CallHeader {...context} />
      <Toast {...toast} />
      <Notices stay={stay} media={media} />
      {later && <later.Later context={context} demonstrate={demonstrate} />}
      <div class="call-middle">
        <Stage context={context} />
        {panel && (
          <PanelFrame key={panel.id} panel={panel} context={context} onClose={open.close} />
        )}
      </div>
      <Bar context={context} open={open} />
      <LiveRegion context={context} toast={toast.said.value} />
    </main>
  );
}
