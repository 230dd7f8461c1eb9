import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { strings } from '../../words/strings.ts';
import {
  type CallContext,
  type CallProps,
  devicesOf,
  mediaOf,
  type TileMedia,
} from '../parts/call-context.ts';
import { ownPictureShown } from '../parts/habits.ts';
import { hindranceOf } from '../parts/hindrance.ts';
import { isMirrored } from '../parts/own-picture.ts';
import type { Size } from '../parts/rect.ts';
import { EMOJI_SIZES } from '../parts/shown-readings.ts';
import { useLoaded } from '../parts/use-loaded.ts';
import { useSpeaking } from '../parts/use-microphone-level.ts';
import { useSize } from '../parts/use-size.ts';
import { layGrid, laySpotlight, usualAspect } from './layout.ts';
import { Tile, type TileProps } from './tile.tsx';
import { shownLines, useShownLines } from './use-shown-lines.ts';

const TILE_GAP = 12; // px
const OWN_LINE = 48; // px
const NO_PICTURE: Size = { width: 0, height: 0 };
const NOWHERE = { x: 0, y: 0, ...NO_PICTURE };
const SCREEN = 'screen of ';

const loadLater = () => import('./later.ts');

interface StageProps {
  readonly context: CallContext;
  /** Whether somebody else's stage is heard already. */
  readonly quiet?: boolean;
}

/** Everybody's tile, and every shared screen; one of them large when it is pinned or a screen. */
export function Stage({ context, quiet = false }: StageProps) {
  const { stay, media } = context;
  const later = useLoaded(loadLater);
  const [stage, size] = useSize<HTMLDivElement>();
  const pictures = useSignal<ReadonlyMap<string, Size>>(new Map());
  const pinned = useSignal<string | null>(null);
  const people = [...stay.room.value.people.values()];
  const screens = sharedScreens({ stay, media });
  const keys = [...screens.map(({ key }) => key), ...people.map((one) => one.participant)];
  // Without a picture we need one line, unless nobody else is there to have the place.
  const { self } = stay.room.value;
  const line = !ownPictureShown.value && keys.length > 1;
  const laid = line ? keys.filter((key) => key !== self) : keys;
  const space = line ? { ...size, height: size.height - OWN_LINE - TILE_GAP } : size;
  // A screen that is shared is what everybody came to look at, unless one of us pinned a tile.
  const main = [pinned.value, screens.at(-1)?.key].find((key) => key && laid.includes(key));
  const present = people.map(({ participant }) => pictures.value.get(participant) ?? NO_PICTURE);
  const aspect = usualAspect(present);
  const mainAspect = main?.startsWith(SCREEN) ? null : aspect;
  const places = main
    ? laySpotlight(laid.length, laid.indexOf(main), space, TILE_GAP, aspect, mainAspect)
    : layGrid(laid.length, space, TILE_GAP, aspect);
  const ownLine = { x: 0, y: size.height - OWN_LINE, width: size.width, height: OWN_LINE };
  const shapeOf = (key: string) => ({
    place: (line && key === self ? ownLine : places[laid.indexOf(key)]) ?? NOWHERE,
    line: line && key === self,
    pinned: pinned.value === key,
    onPin: () => {
      pinned.value = pinned.peek() === key ? null : key;
    },
  });
  const shows = (key: string) => {
    // What a hidden page shows, nobody sees; its small window is a stage of its own.
    if (stay.away.value && !quiet) return 0;
    const picture = pictures.value.get(key) ?? NO_PICTURE;
    return shownLines(picture, shapeOf(key).place);
  };
  const others = people.map(({ participant }) => participant).filter((key) => key !== self);
  const lines = size.width > 0 ? new Map(others.map((key) => [key, shows(key)])) : null;
  useShownLines(stay, quiet ? 'small window' : 'page', lines);
  return (
    <section class="stage" ref={stage} aria-label={strings.call.tiles}>
      {later &&
        screens.map(({ key, stream, name, own, mirrors }) => (
          <later.ScreenTile
            key={key}
            stream={stream}
            name={name}
            mirrors={mirrors}
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
  /** Whether it would show itself. */
  readonly mirrors: boolean;
}

/** The screens shared at present; the last one is shown large, so ours, before us anyway, is first. */
function sharedScreens({ stay, media }: CallProps): readonly SharedScreen[] {
  const { self, people } = stay.room.value;
  const own = media.screen.stream.value;
  const theirs = [...stay.remotes.value].flatMap(([id, { screen }]) => {
    const name = people.get(id)?.name;
    return screen && name
      ? [{ key: SCREEN + id, stream: screen, name, own: false, mirrors: false }]
      : [];
  });
  if (!own) return theirs;
  const mirrors = media.screen.whole.value;
  return [{ key: SCREEN + self, stream: own, name: '', own: true, mirrors }, ...theirs];
}

interface PersonTileProps
  extends Pick<
    TileProps,
    'person' | 'place' | 'line' | 'picture' | 'onPicture' | 'pinned' | 'onPin' | 'quiet'
  > {
  readonly context: CallContext;
}

function PersonTile({ context, ...shape }: PersonTileProps) {
  const { stay, media, shown } = context;
  const { participant } = shape.person;
  const room = shown.of(stay.room.value);
  const props = {
    ...shape,
    sight: room.sights.get(participant),
    hindrance: hindranceOf(context, shape.person),
    speaker: media.devices.speaker.value,
    emojiScale: EMOJI_SIZES[shown.sizeOf(participant)],
  };
  if (participant === room.self) return <OwnTile {...props} context={context} />;
  return <Tile {...props} media={mediaOf(context, participant)} />;
}

function OwnTile({
  context,
  ...props
}: PersonTileProps & Pick<TileProps, 'sight' | 'emojiScale' | 'hindrance'>) {
  const { stay, media } = context;
  const later = useLoaded(loadLater);
  const microphone = media.microphone.value;
  const speaking = useSpeaking(microphone.on ? microphone.track : null);
  // One stream for each camera: a picture begins anew with another stream.
  const { track } = media.camera.value;
  const stream = useMemo(() => track && new MediaStream([track]), [track]);
  const ownMedia: TileMedia = {
    stream,
    connection: 'connected',
    ...devicesOf(context, props.person.participant),
    speaking: speaking.value,
    quality: null,
  };
  const state = !stay.readable.value ? 'not' : stay.live.value ? 'live' : 'asked';
  return (
    <Tile
      {...props}
      media={ownMedia}
      own={state}
      mirrored={isMirrored(media)}
      hidden={!ownPictureShown.value}
      seenByUsAlone={stay.room.value.mode === 'room-only' || stay.narrow.value}
      corner={later && <later.OwnTools context={context} />}
    />
  );
}
