import { strings } from '../../words/strings.ts';
import { PinIcon } from '../parts/icons.tsx';

export interface PinButtonProps {
  /** Whose tile it is on. */
  readonly name: string;
  readonly pinned: boolean;
  readonly onPin: () => void;
}

/** Makes a tile large, or as large as the others again. */
export function PinButton({ name, pinned, onPin }: PinButtonProps) {
  return (
    <button
      type="button"
      class="pin"
      aria-label={strings.tile.pin(name)}
      aria-pressed={pinned}
      title={pinned ? strings.tile.unpin : strings.tile.pin(name)}
      onClick={onPin}
    >
      <PinIcon />
    </button>
  );
}
