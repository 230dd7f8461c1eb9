import type { Person } from '../room.ts';
import { strings } from '../strings.ts';
import type { CallContext } from './call-context.ts';
import { EyeIcon } from './icons.tsx';
import { EMOJI_SIZES, type EmojiSize } from './shown-readings.ts';

interface ReadingChoicesProps {
  readonly person: Person;
  readonly context: CallContext;
}

/** Whether somebody's emoji is shown on this screen, and how large. Our own is always shown. */
export function ReadingChoices({ person, context: { session, shown } }: ReadingChoicesProps) {
  const { participant, name, consent } = person;
  const { self, mode } = session.room.value;
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
          class="plain"
          role="switch"
          aria-checked={shows}
          aria-label={strings.room.emojiOf(name)}
          title={strings.room.emojiOf(name)}
          disabled={!shown.others.value}
          onClick={() => shown.show(participant, !shows)}
        >
          <EyeIcon off={!shows} />
        </button>
      )}
    </div>
  );
}
