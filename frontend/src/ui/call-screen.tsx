import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Size } from '../overlay.ts';
import { linkToRoom } from '../room-link.ts';
import { strings } from '../strings.ts';
import { Bar } from './bar.tsx';
import { type CallContext, type CallProps, CONNECTING, isAlone } from './call-context.ts';
import { fitGrid, usualAspect } from './grid.ts';
import { LinkIcon } from './icons.tsx';
import { LiveRegion } from './live-region.tsx';
import { Notices } from './notices.tsx';
import { PanelFrame, useOpenPanel } from './panel.tsx';
import { panels } from './panels.ts';
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
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useSignalEffect(() => {
    const asked = session.asked.value;
    const name = asked && session.room.peek().people.get(asked.by)?.name;
    if (name && session.readable.peek()) toast.show(strings.notice.asked(name));
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
                session={session}
                media={media}
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
      <LiveRegion session={session} media={media} toast={toast.words.value} />
    </main>
  );
}

interface PersonTileProps
  extends CallProps,
    Pick<TileProps, 'person' | 'size' | 'picture' | 'onPicture'> {}

function PersonTile({ session, media, ...shape }: PersonTileProps) {
  const { person } = shape;
  const room = session.room.value;
  const sight = room.sights.get(person.participant);
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
  return <Tile {...shape} media={ownMedia.value} sight={sight} own={state} />;
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
