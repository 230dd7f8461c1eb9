import type { Person } from '../../room/room.ts';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { Changing } from '../parts/changing.tsx';
import { EyeIcon } from '../parts/icons.tsx';
import { EMOJI_SIZES, type EmojiSize } from '../parts/shown-readings.ts';

interface ReadingChoicesProps {
  readonly person: Person;
  readonly context: CallContext;
}

/** Whether somebody's emoji is shown on this screen, and how large. Our own is always shown. */
export function ReadingChoices({ person, context: { stay, shown } }: ReadingChoicesProps) {
  const { participant, name, consent } = person;
  const { self, mode } = stay.room.value;
  const own = participant === self;
  if (!consent || (mode === 'room-only' && !own)) return null;
  const shows = own || shown.shows(participant);
  return (
    <div class="reading-choices">
      <label class="emoji-size">
        <span aria-hidden="true">{strings.room.size}</span>
        <select
          aria-label={strings.room.sizeOf(name)}
          title={strings.room.sizeOf(name)}
          disabled={!shows || !(own || shown.others.value)}
          value={shown.sizeOf(participant)}
          onChange={({ currentTarget }) =>
            shown.resize(participant, currentTarget.value as EmojiSize)
          }
        >
          {(Object.keys(EMOJI_SIZES) as EmojiSize[]).map((size) => (
            <option key={size} value={size}>
              {strings.room.sizes[size]}
            </option>
          ))}
        </select>
      </label>
      {!own && (
        <button
          type="button"
          class="plain person-shown"
          role="switch"
          aria-checked={shows}
          aria-label={strings.room.emojiOf(name)}
          title={strings.room.emojiOf(name)}
          disabled={!shown.others.value}
          onClick={() => shown.show(participant, !shows)}
        >
          <EyeIcon off={!shows} />
          <span aria-hidden="true">
            <Changing>{shows ? strings.room.shown : strings.room.hidden}</Changing>
          </span>
        </button>
      )}
    </div>
  );
}
