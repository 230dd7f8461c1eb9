import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Size } from '../overlay.ts';
import { strings } from '../strings.ts';
import { type CallContext, type CallProps, CONNECTING } from './call-context.ts';
import { CorrectReading } from './correct-reading.tsx';
import { layGrid, laySpotlight, usualAspect } from './layout.ts';
import { ScreenTile } from './screen-tile.tsx';
import { EMOJI_SIZES } from './shown-readings.ts';
import { Tile, type TileMedia, type TileProps } from './tile.tsx';
import { useSpeaking } from './use-microphone-level.ts';
import { useSize } from './use-size.ts';

const TILE_GAP = 12; // px
const NO_PICTURE: Size = { width: 0, height: 0 };
const SCREEN = 'screen of ';

interface StageProps {
  readonly context: CallContext;
  /** Whether somebody else's stage is heard already. */
  readonly quiet?: boolean;
}

/** Everybody's tile, and every shared screen; one of them large when it is pinned or a screen. */
export function Stage({ context, quiet = false }: StageProps) {
  const { session, media } = context;
  const [space, size] = useSize<HTMLDivElement>();
  const pictures = useSignal<ReadonlyMap<string, Size>>(new Map());
  const pinned = useSignal<string | null>(null);
  const people = [...session.room.value.people.values()];
  const screens = sharedScreens({ session, media });
  const keys = [...screens.map(({ key }) => key), ...people.map((one) => one.participant)];
  // A screen that is shared is what everybody came to look at, unless one of us pinned a tile.
  const main = [pinned.value, screens.at(-1)?.key].find((key) => key && keys.includes(key));
  const present = people.map(({ participant }) => pictures.value.get(participant) ?? NO_PICTURE);
  const aspect = usualAspect(present);
  const mainAspect = main?.startsWith(SCREEN) ? null : aspect;
  const places = main
    ? laySpotlight(keys.length, keys.indexOf(main), size, TILE_GAP, aspect, mainAspect)
    : layGrid(keys.length, size, TILE_GAP, aspect);
  const shapeOf = (key: string) => ({
    place: places[keys.indexOf(key)] ?? { x: 0, y: 0, ...NO_PICTURE },
    pinned: pinned.value === key,
    onPin: () => {
      pinned.value = pinned.peek() === key ? null : key;
    },
  });
  return (
    <section class="stage" ref={space} aria-label={strings.call.tiles}>
      {screens.map(({ key, stream, name, own }) => (
        <ScreenTile
          key={key}
          stream={stream}
          name={name}
          onStop={own ? () => media.screen.stop() : undefined}
          {...shapeOf(key)}
        />
      ))}
      {people.map((person) => (
        <PersonTile
          key={person.participant}
          person={person}
          context={context}
          quiet={quiet}
          picture={pictures.value.get(person.participant) ?? NO_PICTURE}
          onPicture={(picture) => {
            pictures.value = new Map(pictures.value).set(person.participant, picture);
          }}
          {...shapeOf(person.participant)}
        />
      ))}
    </section>
  );
}

interface SharedScreen {
  readonly key: string;
  readonly stream: MediaStream;
  readonly name: string;
  readonly own: boolean;
}

/** The screens shared at present; the last one is shown large, so ours, before us anyway, is first. */
function sharedScreens({ session, media }: CallProps): readonly SharedScreen[] {
  const { self, people } = session.room.value;
  const own = media.screen.stream.value;
  const theirs = [...session.remotes.value].flatMap(([id, { screen }]) => {
    const name = people.get(id)?.name;
    return screen && name ? [{ key: SCREEN + id, stream: screen, name, own: false }] : [];
  });
  if (!own) return theirs;
  return [{ key: SCREEN + self, stream: own, name: '', own: true }, ...theirs];
}

interface PersonTileProps
  extends Pick<
    TileProps,
    'person' | 'place' | 'picture' | 'onPicture' | 'pinned' | 'onPin' | 'quiet'
  > {
  readonly context: CallContext;
}

function PersonTile({ context, ...shape }: PersonTileProps) {
  const { session, media, shown } = context;
  const { participant } = shape.person;
  const room = shown.of(session.room.value);
  const props = {
    ...shape,
    sight: room.sights.get(participant),
    speaker: media.devices.speaker.value,
    emojiScale: EMOJI_SIZES[shown.sizeOf(participant)],
  };
  if (participant === room.self) return <OwnTile {...props} context={context} />;
  return <Tile {...props} media={session.remotes.value.get(participant) ?? CONNECTING} />;
}

function OwnTile({ context, ...props }: PersonTileProps & Pick<TileProps, 'sight' | 'emojiScale'>) {
  const { session, media } = context;
  const microphone = media.microphone.value;
  const speaking = useSpeaking(microphone.on ? microphone.track : null);
  // One stream for each camera: a picture begins anew with another stream.
  const { track } = media.camera.value;
  const stream = useMemo(() => track && new MediaStream([track]), [track]);
  const ownMedia: TileMedia = {
    stream,
    connection: 'connected',
    audio: microphone.on,
    video: track !== null,
    speaking: speaking.value,
    quality: null,
  };
  const state = !session.readable.value ? 'not' : session.live.value ? 'live' : 'asked';
  return (
    <Tile
      {...props}
      media={ownMedia}
      own={state}
      seenByUsAlone={session.room.value.mode === 'room-only'}
      corner={<CorrectReading context={context} />}
    />
  );
}
