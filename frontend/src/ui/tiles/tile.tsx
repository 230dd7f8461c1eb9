import type { ComponentChildren } from 'preact';
import type { Person } from '../../room/room.ts';
import { ageOf, type SteadySight, shownFaces, strengthAt } from '../../room/sight.ts';
import { strings } from '../../words/strings.ts';
import type { TileMedia } from '../parts/call-context.ts';
import { clock } from '../parts/clock.ts';
import type { Hindrance } from '../parts/hindrance.ts';
import { CameraIcon, MicrophoneIcon, QualityIcon } from '../parts/icons.tsx';
import type { Rect, Size } from '../parts/rect.ts';
import { FaceBadges, LookLine } from './face-badges.tsx';
import { PinButton } from './pin-button.tsx';
import { chooseFit } from './placing.ts';
import { useStream } from './use-stream.ts';

/** Of a tile without a picture, the upper part that says so, in px, kept free of emoji: as in `style.css`. */
const CONNECTION_STRIP = 40;

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
  /** For our own tile: whether it is a mirror, whether our picture is hidden from us, and is all a line. */
  readonly mirrored?: boolean;
  readonly hidden?: boolean;
  readonly line?: boolean;
  /** What keeps this person from being read now; null or absent where nothing is known to. */
  readonly hindrance?: Hindrance | null;
  /** For our own tile: whether our emoji is shown only to us. */
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
  mirrored = false,
  hidden = false,
  line = false,
  hindrance = null,
  seenByUsAlone,
  emojiScale = 1,
  corner,
}: TileProps) {
  const stream = hidden ? null : media.stream;
  const video = useStream(stream, speaker);
  const measure = () => {
    const { videoWidth, videoHeight } = video.current ?? { videoWidth: 0, videoHeight: 0 };
    onPicture({ width: videoWidth, height: videoHeight });
  };
  // Of a lost connection the last picture would stand still as if it were alive, and Chromium gives
  // also a stream that never came a size.
  const showsPicture =
    media.video && stream !== null && picture.width > 0 && media.connection === 'connected';
  // Readings do not come with the picture: while it does not come, they show where it would be.
  const none = picture.width === 0 && !hidden; // also for a moment after it was connected
  const awaited = !showsPicture && (media.connection !== 'connected' || none);
  const showsFaces = showsPicture || (media.video && awaited);
  const faces = awaited
    ? { width: place.width, height: Math.max(0, place.height - CONNECTION_STRIP) }
    : place;
  const fit = picture.width > 0 && place.width > 0 ? chooseFit(picture, place) : 'cover';
  const name = own ? strings.call.you(person.name) : person.name;
  // What was heard last of a connection that is lost lasts for seconds.
  const speaking = media.speaking && media.audio && media.connection === 'connected';
  const age = sight ? ageOf(sight, clock.value) : 0;
  const strength = sight ? strengthAt(age) : 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a tile groups what belongs to a person; it is no form
    <div
      class={`tile${own ? ' tile-own' : ''}${line ? ' tile-line' : ''}${speaking ? ' tile-speaking' : ''}`}
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
        class={`tile-video${mirrored ? ' mirrored' : ''}${showsPicture ? '' : ' tile-video-off'}`}
        style={{ objectFit: fit }}
        muted={quiet || own !== undefined}
        autoplay
        playsInline
        onLoadedMetadata={measure}
        onResize={measure}
      />
      {!showsPicture && <Initials person={person} />}
      {showsFaces && sight?.reading && strength > 0 && (
        <div class={awaited ? 'tile-faces tile-faces-awaited' : 'tile-faces'}>
          <FaceBadges
            reading={sight.reading}
            faces={shownFaces(sight)}
            age={age}
            strength={strength}
            video={picture.width > 0 ? picture : faces}
            tile={faces}
            fit={fit}
            mirrored={mirrored}
            emojiScale={emojiScale}
          />
        </div>
      )}
      {hidden && media.video && sight?.reading && strength > 0 && (
        <div class="tile-look">
          {shownFaces(sight).map(({ id, shown }) => (
            <LookLine key={id} reading={sight.reading} face={shown} age={age} strength={strength} />
          ))}
        </div>
      )}
      <div class="tile-corner">
        {corner}
        <PinButton name={name} pinned={pinned} onPin={onPin} />
      </div>
      {media.connection !== 'connected' && (
        <p class="tile-connection" key={media.connection}>
          {strings.tile[media.connection]}
        </p>
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
          <span class="tile-name-text" dir="auto" translate={false} key={name}>
            {name}
          </span>
          {person.host && <span class="tile-host">{strings.panel.host}</span>}
        </p>
        <ReadingState
          own={own}
          hindrance={hindrance}
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
  hindrance = null,
  seenByUsAlone,
  person,
  media,
  sight,
}: Pick<TileProps, 'own' | 'hindrance' | 'seenByUsAlone' | 'person' | 'media' | 'sight'>) {
  if (!person.consent) {
    return (
      <p class="tile-state tile-state-quiet" key="no-consent">
        {strings.tile.notRead}
      </p>
    );
  }
  if (hindrance && (own || hindrance !== 'camera-off')) {
    return (
      <p class="tile-state tile-state-quiet" key={hindrance}>
        {strings.tile.hindrance[hindrance]}
      </p>
    );
  }
  if (media.video && sight) {
    const noFaces = sight.reading?.faces.length === 0;
    const words = sight.unread ? strings.tile.unread[sight.unread.reason] : strings.tile.noFaces;
    if (sight.unread || noFaces)
      return (
        <p class="tile-state" key={words}>
          {words}
        </p>
      );
  }
  if (own === 'live') {
    const words = seenByUsAlone ? strings.tile.readingForYou : strings.tile.reading;
    return (
      <p class="tile-state tile-state-live" key={words}>
        {words}
      </p>
    );
  }
  if (own === 'asked')
    return (
      <p class="tile-state" key="asked">
        {strings.tile.readWhenAsked}
      </p>
    );
  if (own) {
    const { notRead, hindrance: words } = strings.tile;
    return (
      <p class="tile-state tile-state-quiet" key={`${media.video}`}>
        {media.video ? notRead : words['camera-off']}
      </p>
    );
  }
  if (!media.video) return null;
  const words = person.scope === 'room-only' ? strings.tile.isReadUnnamed : strings.tile.isRead;
  return (
    <p class="tile-state tile-state-mark" key={words} title={words}>
      {words}
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
    <div
      class="initials"
      translate={false}
      key={person.name}
      style={{ '--hue': hueOf(person.participant) }}
      aria-hidden="true"
    >
      {initialsOf(person.name)}
    </div>
  );
}

function hueOf(participant: string): number {
  let sum = 0;
  for (const character of participant) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return sum;
}
