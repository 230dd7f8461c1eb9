import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { ownPictureShown } from '../parts/habits.ts';
import { EyeIcon } from '../parts/icons.tsx';
import { CorrectReading } from './correct-reading.tsx';
import './own-line.css';

/** On our own tile, a moment after a call began: what one does about a reading, or a hidden picture. */
export function OwnTools({ context }: { context: CallContext }) {
  return (
    <>
      <CorrectReading context={context} />
      {!ownPictureShown.value && (
        <button
          type="button"
          class="tile-tool"
          onClick={() => {
            ownPictureShown.value = true;
          }}
        >
          <EyeIcon off />
          <span class="tile-tool-words">{strings.habits.ownPicture}</span>
        </button>
      )}
    </>
  );
}
