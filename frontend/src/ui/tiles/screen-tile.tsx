import { strings } from '../../words/strings.ts';
import { focusHeading } from '../parts/focus.ts';
import { ScreenIcon } from '../parts/icons.tsx';
import type { Rect } from '../parts/rect.ts';
import { PinButton } from './pin-button.tsx';
import { useStream } from './use-stream.ts';
import './screen-tile.css';

interface ScreenTileProps {
  readonly stream: MediaStream;
  /** Whose screen it is; not needed for our own. */
  readonly name: string;
  /** Whether showing it here would show it within itself, without end. */
  readonly mirrors?: boolean;
  readonly place: Rect;
  readonly pinned: boolean;
  readonly onPin: () => void;
  /** For our own screen: ends sharing it. */
  readonly onStop?: (() => void) | undefined;
}

/** A shared screen: all of it, never cropped and never read. */
export function ScreenTile({
  stream,
  name,
  mirrors = false,
  place,
  pinned,
  onPin,
  onStop,
}: ScreenTileProps) {
  const video = useStream(mirrors ? null : stream);
  const title = onStop ? strings.tile.ownScreen : strings.tile.screen(name);
  const { x, y, width, height } = place;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a tile groups what belongs together; it is no form
    <div
      class="tile tile-screen"
      role="group"
      aria-label={title}
      style={{
        insetInlineStart: `${x}px`,
        top: `${y}px`,
        width: `${width}px`,
        height: `${height}px`,
      }}
    >
      {mirrors ? (
        <p class="tile-words">{strings.tile.mirrors}</p>
      ) : (
        <video ref={video} class="tile-video" muted autoplay playsInline />
      )}
      <div class="tile-corner">
        <PinButton name={title} pinned={pinned} onPin={onPin} />
      </div>
      <div class="tile-foot">
        <p class="tile-name">
          <ScreenIcon />
          <span class="tile-name-text" key={title}>
            {title}
          </span>
        </p>
        {onStop && (
          <button
            type="button"
            class="tile-stop"
            onClick={(press) => {
              focusHeading(press);
              onStop();
            }}
          >
            <ScreenIcon />
            <span class="tile-stop-words">{strings.tile.stopScreen}</span>
          </button>
        )}
      </div>
    </div>
  );
}
