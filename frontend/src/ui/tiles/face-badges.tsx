import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SteadyFaces } from '../../room/steady.ts';
import type { Face, Reading } from '../../wire/contract.ts';
import { expressionSigns, percentOf } from '../../words/expressions.ts';
import { strings } from '../../words/strings.ts';
import { Changing } from '../parts/changing.tsx';
import type { Rect, Size } from '../parts/rect.ts';
import { type BadgeSize, type Fit, placeBadge, placeFace, placePicture } from './placing.ts';

const UNSURE_SIGN = '?'; // no emoji: every face of them says something
const SHOW_AGE_FROM = 2_500; // ms; before, a reading counts as present
const EMOJI_PER_FACE = 0.34; // of the face's width
const MIN_EMOJI = 22; // px
const MAX_EMOJI = 52; // px

interface FaceBadgesProps {
  readonly reading: Reading;
  /** The reading's faces as shown; each keeps its id, so that its badge glides and never jumps. */
  readonly faces: SteadyFaces['faces'];
  /** Age of the reading, in ms. */
  readonly age: number;
  readonly strength: number;
  readonly video: Size;
  readonly tile: Size;
  readonly fit: Fit;
  readonly mirrored: boolean;
  /** The emoji's size as a factor of its usual one. */
  readonly emojiScale: number;
}

/** The emoji of each face of a reading, at that face. */
export function FaceBadges({
  reading,
  faces,
  age,
  strength,
  video,
  tile,
  fit,
  mirrored,
  emojiScale,
}: FaceBadgesProps) {
  const picture = placePicture(video, tile, fit);
  return (
    <>
      {faces.map(({ id, shown }) => (
        <FaceBadge
          key={id}
          reading={reading}
          face={shown}
          place={placeFace(shown.box, picture, mirrored)}
          tile={tile}
          fit={fit}
          age={age}
          strength={strength}
          emojiScale={emojiScale}
        />
      ))}
    </>
  );
}

interface FaceBadgeProps
  extends Pick<FaceBadgesProps, 'reading' | 'tile' | 'fit' | 'age' | 'strength' | 'emojiScale'> {
  readonly face: Face;
  readonly place: Rect;
}

function FaceBadge({ reading, face, place, tile, fit, age, strength, emojiScale }: FaceBadgeProps) {
  const usual = Math.max(MIN_EMOJI, Math.min(MAX_EMOJI, place.width * EMOJI_PER_FACE));
  const size = usual * emojiScale;
  const { unsure, word, sureness, ageWords, name } = wordsOf(face, age);
  const ground = `${tile.width} ${tile.height} ${fit}`;
  const [badge, element] = useBadgeSize([word, unsure, sureness, ageWords, size, ground], ground);
  const centre = placeBadge(place, badge, tile);
  const glides = useGlides(element, badge.ground === ground ? ground : null);
  // Held at the edge where its emoji is: this stays at the face as other words make the badge wider.
  const side = centre.flipped ? 1 : -1;
  const edge = centre.x + (side * badge.width) / 2;
  return (
    <div
      ref={element}
      class={`badge${centre.flipped ? ' badge-flipped' : ''}${glides ? ' badge-gliding' : ''}`}
      role="img"
      aria-label={name}
      data-participant={reading.participant}
      data-expression={unsure ? undefined : face.expression}
      data-frame={reading.frame}
      style={{
        transform: `translate(${edge}px, ${centre.y}px) translate(${side > 0 ? '-100%' : '0%'}, -50%)`,
        '--emoji-size': `${size}px`,
        opacity: strength,
      }}
    >
      <BadgeContent face={face} age={age} />
    </div>
  );
}

/** How we look where we do not see ourselves: what is shown of us is never hidden from us. */
export function LookLine({
  reading,
  face,
  age,
  strength,
}: Pick<FaceBadgeProps, 'reading' | 'face' | 'age' | 'strength'>) {
  const { unsure, name } = wordsOf(face, age);
  return (
    <div
      class="badge badge-line"
      role="img"
      aria-label={name}
      data-participant={reading.participant}
      data-expression={unsure ? undefined : face.expression}
      data-frame={reading.frame}
      style={{ opacity: strength }}
    >
      <BadgeContent face={face} age={age} />
    </div>
  );
}

/** What is said of a face, on its badge and to screen readers. */
function wordsOf(face: Face, age: number) {
  const { emoji, word } = expressionSigns[face.expression];
  const unsure = face.unsure ?? false;
  const percent = percentOf(face.confidence);
  const read = unsure ? '' : strings.format.percent(percent);
  const looks = face.ownWord
    ? strings.tile.looksByOwnWord(word)
    : strings.tile.looks(word, percent);
  return {
    unsure,
    sign: unsure ? UNSURE_SIGN : emoji,
    word: unsure ? strings.tile.unsure : word,
    sureness: face.ownWord ? strings.tile.ownWord : read,
    ageWords: age >= SHOW_AGE_FROM ? strings.format.secondsAgo(Math.round(age / 1000)) : '',
    name: unsure ? strings.tile.unsureOf : looks,
  };
}

function BadgeContent({ face, age }: Pick<FaceBadgeProps, 'face' | 'age'>) {
  const { sign, word, sureness, ageWords } = wordsOf(face, age);
  return (
    <>
      <span class="badge-emoji" translate={false} key={sign}>
        {sign}
      </span>
      <span class="badge-words" dir="auto" translate={false}>
        <span class="badge-word" key={word}>
          {word}
        </span>
        <span class="badge-detail">
          <Changing>{sureness}</Changing>
          {ageWords && (
            <span class="badge-age">
              <Changing>{`${sureness && ' · '}${ageWords}`}</Changing>
            </span>
          )}
        </span>
      </span>
    </>
  );
}

/**
 * Whether a badge glides: over its `ground`, the tile as it is, and only once it stands at its place
 * there; null while it was not measured there. It would glide from where no face is.
 */
function useGlides(element: RefObject<HTMLElement | null>, ground: string | null): boolean {
  const [stood, setStood] = useState(ground);
  useLayoutEffect(() => {
    void element.current?.offsetWidth; // now the browser takes it to be there
    setStood(ground);
  }, [ground]);
  return ground !== null && stood === ground;
}

/** The size of a badge as drawn, and the ground it was measured on, whenever one of `causes` changes. */
function useBadgeSize(
  causes: readonly unknown[],
  ground: string,
): [BadgeSize & { readonly ground: string }, RefObject<HTMLDivElement | null>] {
  const [size, setSize] = useState({ width: 0, height: 0, emoji: 0, ground: '' });
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const badge = ref.current;
    const emoji = badge?.querySelector<HTMLElement>('.badge-emoji');
    if (!badge || !emoji) return;
    const { offsetWidth: width, offsetHeight: height } = badge;
    const middle = emoji.offsetLeft + emoji.offsetWidth / 2;
    setSize({ width, height, emoji: Math.min(middle, width - middle), ground });
  }, causes);
  return [size, ref];
}
