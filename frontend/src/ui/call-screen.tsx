import { useComputed, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RoomMode } from '../contract.ts';
import { Recorder } from '../recorder.ts';
import { linkToRoom } from '../room-link.ts';
import { strings } from '../strings.ts';
import { Bar } from './bar.tsx';
import { type CallContext, type CallProps, hasVideo } from './call-context.ts';
import { Company, type Demonstrate } from './company.tsx';
import { LiveRegion } from './live-region.tsx';
import { Notices } from './notices.tsx';
import { PanelFrame, useOpenPanel } from './panel.tsx';
import { panels } from './panels.ts';
import { RoomStrip } from './room-strip.tsx';
import { ShownReadings } from './shown-readings.ts';
import { Stage } from './stage.tsx';
import { Toast, useToast } from './toast.tsx';
import { useDeviceNews } from './use-device-news.ts';

interface CallScreenProps extends CallProps {
  /** Adds a demonstration participant; null where this page offers none. */
  readonly demonstrate: Demonstrate | null;
}

/** The call: everybody's tile, what is wrong if anything, the bar, and a panel. */
export function CallScreen({ session, media, demonstrate }: CallScreenProps) {
  const toast = useToast();
  const open = useOpenPanel();
  const shown = useMemo(() => new ShownReadings(), []);
  const recorder = useMemo(
    () =>
      new Recorder({ room: session.room, hasVideo: hasVideo({ session, media }), now: Date.now }),
    [session, media],
  );
  useEffect(() => () => recorder.stop(), [recorder]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useDeviceNews(media, toast.show);
  useSignalEffect(() => {
    const asked = session.asked.value;
    const name = asked && session.room.peek().people.get(asked.by)?.name;
    if (name && session.readable.peek()) toast.show(strings.notice.asked(name));
  });
  const mode = useComputed(() => (session.room.value.listed ? session.room.value.mode : null));
  const modeBefore = useRef<RoomMode | null>(null);
  useSignalEffect(() => {
    const before = modeBefore.current;
    modeBefore.current = mode.value ?? before;
    if (mode.value === before || !mode.value) return;
    if (mode.value === 'room-only') toast.show(strings.room.onlyHint);
    else if (before) toast.show(strings.room.openHint);
  });
  const copyLink = async () => {
    const link = linkToRoom(session.roomId, location.href);
    try {
      await navigator.clipboard.writeText(link);
      toast.show(strings.call.linkCopied);
    } catch {
      toast.show(strings.call.linkNotCopied(link));
    }
  };
  const context: CallContext = {
    session,
    media,
    recorder,
    toast: toast.show,
    copyLink: () => void copyLink(),
    shown,
  };
  const panel = panels.find(({ id }) => id === open.id.value);
  return (
    <main class="call">
      <header class="call-header">
        <h1 class="product" tabindex={-1} ref={heading}>
          {strings.product}
        </h1>
        <RoomStrip {...context} />
        <p class="headcount">
          {strings.call.people(session.room.value.people.size, session.capacity)}
          {session.provider.value && (
            <span class="provider">{strings.call.video[session.provider.value]}</span>
          )}
        </p>
      </header>
      <Notices session={session} media={media} />
      <Company context={context} demonstrate={demonstrate} />
      <div class="call-middle">
        <Stage context={context} />
        {panel && (
          <PanelFrame key={panel.id} panel={panel} context={context} onClose={open.close} />
        )}
      </div>
      <Bar context={context} open={open} />
      <Toast {...toast} />
      <LiveRegion context={context} toast={toast.words.value} />
    </main>
  );
}
