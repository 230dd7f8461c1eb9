import type { ComponentChildren } from 'preact';
import type { RemoteMedia } from '../call/call.ts';
import { ageOf, chooseFit, type Rect, type Size, strengthAt } from '../overlay.ts';
import { type Person, type SteadySight, shownFaces } from '../room.ts';
import { strings } from '../strings.ts';
import { clock } from './clock.ts';
import { FaceBadges } from './face-badges.tsx';
import { CameraIcon, MicrophoneIcon, QualityIcon } from './icons.tsx';
import { PinButton } from './pin-button.tsx';
import { useStream } from './use-stream.ts';

/** What a tile shows of somebody's media, whether it is ours or theirs. */
export interface TileMedia extends Omit<RemoteMedia, 'stream' | 'connection' | 'screen'> {
  readonly stream: MediaStream | null;
  readonly connection: RemoteMedia['connection'];
}

/** What a tile needs to know of a person and of its place. */
export interface TileProps {
  readonly person: Person;
  readonly media: TileMedia;
  readonly sight: SteadySight | undefined;
  readonly place: Rect;
  /** The size of their picture as received; zero before the first. */
  readonly picture: Size;
  readonly onPicture: (picture: Size) => void;
  readonly pinned: boolean;
  /** The loudspeaker to hear them from; empty for the browser's choice. */
  readonly speaker?: string;
  /** Whether nothing is heard, since another tile of theirs is. */
  readonly quiet?: boolean;
  readonly onPin: () => void;
  /** For our own tile: whether we are read live, only when asked, or not at all. */
  readonly own?: 'live' | 'asked' | 'not' | undefined;
  /** For our own tile: whether our emoji is shown to nobody else. */
  readonly seenByUsAlone?: boolean | undefined;
  /** How large the emoji is, as a factor of its usual size. */
  readonly emojiScale?: number;
  /** What stands in the tile's upper corner. */
  readonly corner?: ComponentChildren;
}

/** One person of the call: their picture, name, state, and the emoji at their faces. */
export function Tile({
  person,
  media,
  sight,
  place,
  picture,
  onPicture,
  pinned,
  onPin,
  speaker = '',
  quiet = false,
  own,
  seenByUsAlone,
  emojiScale = 1,
  corner,
}: TileProps) {
  const { stream } = media;
  const video = useStream(stream, speaker);
  const measure = () => {
    const { videoWidth, videoHeight } = video.current ?? { videoWidth: 0, videoHeight: 0 };
    onPicture({ width: videoWidth, height: videoHeight });
  };
  const showsPicture = media.video && stream !== null && picture.width > 0;
  // Readings do not come with the picture: while it does not come, they show where it would be.
  const awaited = media.connection !== 'connected' && picture.width === 0;
  const showsFaces = showsPicture || (media.video && awaited);
  const fit = picture.width > 0 && place.width > 0 ? chooseFit(picture, place) : 'cover';
  const name = own ? strings.call.you(person.name) : person.name;
  const age = sight ? ageOf(sight, clock.value) : 0;
  const strength = sight ? strengthAt(age) : 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a tile groups what belongs to a person; it is no form
    <div
      class={`tile${own ? ' tile-own' : ''}${media.speaking && media.audio ? ' tile-speaking' : ''}`}
      role="group"
      aria-label={name}
      data-participant={person.participant}
      style={{
        insetInlineStart: `${place.x}px`,
        top: `${place.y}px`,
        width: `${place.width}px`,
        height: `${place.height}px`,
      }}
    >
      <video
        ref={video}
        class={`tile-video${own ? ' mirrored' : ''}${showsPicture ? '' : ' tile-video-off'}`}
        style={{ objectFit: fit }}
        muted={quiet || own !== undefined}
        autoplay
        playsInline
        onLoadedMetadata={measure}
        onResize={measure}
      />
      {!showsPicture && <Initials person={person} />}
      {showsFaces && sight?.reading && strength > 0 && (
        <FaceBadges
          reading={sight.reading}
          faces={shownFaces(sight)}
          age={age}
          strength={strength}
          video={awaited ? place : picture}
          tile={place}
          fit={fit}
          mirrored={own !== undefined}
          emojiScale={emojiScale}
        />
      )}
      <div class="tile-corner">
        {corner}
        <PinButton name={name} pinned={pinned} onPin={onPin} />
      </div>
      {media.connection !== 'connected' && (
        <p class="tile-connection">{strings.tile[media.connection]}</p>
      )}
      <div class="tile-foot">
        <p class="tile-name">
          {media.connection === 'connected' &&
            (media.quality === 'fair' || media.quality === 'poor') && (
              <span
                class="tile-quality"
                role="img"
                aria-label={strings.tile.quality[media.quality]}
              >
                <QualityIcon poor={media.quality === 'poor'} />
              </span>
            )}
          {!media.audio && (
            <span class="tile-muted" role="img" aria-label={strings.tile.microphoneOff}>
              <MicrophoneIcon off />
            </span>
          )}
          {!media.video && (
            <span class="tile-muted" role="img" aria-label={strings.tile.cameraOff}>
              <CameraIcon off />
            </span>
          )}
          <span class="tile-name-text">{name}</span>
        </p>
        <ReadingState
          own={own}
          seenByUsAlone={seenByUsAlone}
          person={person}
          media={media}
          sight={strength > 0 ? sight : undefined}
        />
      </div>
    </div>
  );
}

/** In a corner: whether this person is read, and why the last picture gave nothing. */
function ReadingState({
  own,
  seenByUsAlone,
  person,
  media,
  sight,
}: Pick<TileProps, 'own' | 'seenByUsAlone' | 'person' | 'media' | 'sight'>) {
  if (!person.consent) return <p class="tile-state tile-state-quiet">{strings.tile.notRead}</p>;
  if (media.video && sight) {
    const noFaces = sight.reading?.faces.length === 0;
    const words = sight.unread ? strings.tile.unread[sight.unread.reason] : strings.tile.noFaces;
    if (sight.unread || noFaces) return <p class="tile-state">{words}</p>;
  }
  if (own === 'live') {
    const words = seenByUsAlone ? strings.tile.readingForYou : strings.tile.reading;
    return <p class="tile-state tile-state-live">{words}</p>;
  }
  if (own === 'asked') return <p class="tile-state">{strings.tile.readingOnAnalyze}</p>;
  if (own) {
    const words = media.video ? strings.tile.notRead : strings.tile.notReadCameraOff;
    return <p class="tile-state tile-state-quiet">{words}</p>;
  }
  if (!media.video) return null;
  return (
    <p class="tile-state tile-state-mark" title={strings.tile.isRead}>
      <span class="unseen">{strings.tile.isRead}</span>
    </p>
  );
}

/** The first letters of the first and the last word of a name that have one. */
export function initialsOf(name: string): string {
  const letters = name
    .split(/\s+/u)
    .flatMap((word) => word.match(/[\p{L}\p{N}]\p{M}*/u)?.[0] ?? [])
    .map((letter) => letter.toLocaleUpperCase());
  return letters.length > 1 ? `${letters[0]}${letters[letters.length - 1]}` : (letters[0] ?? '');
}

/** A disc with somebody's initials, in a colour of their own. */
export function Initials({ person }: { person: Person }) {
  return (
    <div class="initials" style={{ '--hue': hueOf(person.participant) }} aria-hidden="true">
      {initialsOf(person.name)}
    </div>
  );
}

function hueOf(participant: string): number {
  let sum = 0;
  for (const character of participant) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return sum;
}
