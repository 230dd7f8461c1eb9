import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RoomMode } from '../contract.ts';
import type { Size } from '../overlay.ts';
import { linkToRoom } from '../room-link.ts';
import { strings } from '../strings.ts';
import { Bar } from './bar.tsx';
import { type CallContext, type CallProps, CONNECTING, isAlone } from './call-context.ts';
import { CorrectReading } from './correct-reading.tsx';
import { fitGrid, usualAspect } from './grid.ts';
import { LinkIcon } from './icons.tsx';
import { LiveRegion } from './live-region.tsx';
import { Notices } from './notices.tsx';
import { PanelFrame, useOpenPanel } from './panel.tsx';
import { panels } from './panels.ts';
import { RoomStrip } from './room-strip.tsx';
import { EMOJI_SIZES, ShownReadings } from './shown-readings.ts';
import { Tile, type TileMedia, type TileProps } from './tile.tsx';
import { Toast, useToast } from './toast.tsx';
import { useSize } from './use-size.ts';

const TILE_GAP = 12; // px
const NO_PICTURE: Size = { width: 0, height: 0 };

/** The call: everybody's tile, what is wrong if anything, the bar, and a panel. */
export function CallScreen({ session, media }: CallProps) {
  const [space, size] = useSize<HTMLDivElement>();
  const toast = useToast();
  const open = useOpenPanel();
  const shown = useMemo(() => new ShownReadings(), []);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
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
    toast: toast.show,
    copyLink: () => void copyLink(),
    shown,
  };
  const panel = panels.find(({ id }) => id === open.id.value);
  const room = session.room.value;
  const people = [...room.people.values()];
  const pictures = useSignal<ReadonlyMap<string, Size>>(new Map());
  const present = people.map(({ participant }) => pictures.value.get(participant) ?? NO_PICTURE);
  const grid = fitGrid(people.length, size, TILE_GAP, usualAspect(present));
  return (
    <main class="call">
      <header class="call-header">
        <h1 class="product" tabindex={-1} ref={heading}>
          {strings.product}
        </h1>
        <RoomStrip {...context} />
        <p class="headcount">
          {strings.call.people(people.length, session.capacity)}
          {session.provider.value && (
            <span class="provider">{strings.call.video[session.provider.value]}</span>
          )}
        </p>
      </header>
      <Notices session={session} media={media} />
      {isAlone(session) && <Alone onCopyLink={context.copyLink} />}
      <div class="call-middle">
        <section class="stage" ref={space} aria-label={strings.call.tiles}>
          <div
            class="grid"
            style={{
              gap: `${TILE_GAP}px`,
              maxWidth: `${grid.columns * grid.tile.width + (grid.columns - 1) * TILE_GAP}px`,
            }}
          >
            {people.map((person) => (
              <PersonTile
                key={person.participant}
                person={person}
                context={context}
                size={grid.tile}
                picture={pictures.value.get(person.participant) ?? NO_PICTURE}
                onPicture={(picture) => {
                  pictures.value = new Map(pictures.value).set(person.participant, picture);
                }}
              />
            ))}
          </div>
        </section>
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

interface PersonTileProps extends Pick<TileProps, 'person' | 'size' | 'picture' | 'onPicture'> {
  readonly context: CallContext;
}

function PersonTile({ context, ...place }: PersonTileProps) {
  const { person } = place;
  const { session, media, shown } = context;
  const room = shown.of(session.room.value);
  const sight = room.sights.get(person.participant);
  const shape = { ...place, emojiScale: EMOJI_SIZES[shown.sizeOf(person.participant)] };
  const own = person.participant === room.self;
  const ownMedia = useComputed<TileMedia>(() => {
    const { track } = media.camera.value;
    return {
      stream: track && new MediaStream([track]),
      connection: 'connected',
      audio: media.microphone.value.on,
      video: track !== null,
    };
  });
  if (!own) {
    const remote = session.remotes.value.get(person.participant) ?? CONNECTING;
    return <Tile {...shape} media={remote} sight={sight} />;
  }
  const state = !session.readable.value ? 'not' : session.live.value ? 'live' : 'asked';
  return (
    <Tile
      {...shape}
      media={ownMedia.value}
      sight={sight}
      own={state}
      seenByUsAlone={room.mode === 'room-only'}
      corner={<CorrectReading context={context} />}
    />
  );
}

/** What to do while alone: no warning, everything is as it should be. */
function Alone({ onCopyLink }: { onCopyLink: () => void }) {
  return (
    <div class="alone">
      <p>{strings.call.alone}</p>
      <button type="button" onClick={onCopyLink}>
        <LinkIcon />
        {strings.call.copyLink}
      </button>
    </div>
  );
}
