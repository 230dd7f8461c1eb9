import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { ageOf, shownFaces, strengthAt } from '../../room/sight.ts';
import { ApiError } from '../../wire/api.ts';
import { EXPRESSIONS, type Expression } from '../../wire/contract.ts';
import { expressionSigns } from '../../words/expressions.ts';
import { strings } from '../../words/strings.ts';
import { type CallContext, devicesOf } from '../parts/call-context.ts';
import { clock } from '../parts/clock.ts';
import { PencilIcon } from '../parts/icons.tsx';
import { refusalWords } from '../parts/refusal.ts';
import './correct-reading.css';

const GAP = 8; // px between the button and the words, and to the window's edges
const WIDTH = 400; // px of the words, where the window is wide enough
const HEIGHT = 280; // px they take at most, as correct-reading.css lays them out

/** A place as close to `wanted` as the window's edges, its notch and its bars allow, all in px. */
function inside(from: string, wanted: number, last: number, to: string): string {
  const safe = (edge: string) => `env(safe-area-inset-${edge})`;
  return `clamp(${GAP}px + ${safe(from)}, ${wanted}px, ${last}px - ${safe(to)})`;
}

/** On our own tile: "that was wrong", and the eight words to say how we look. */
export function CorrectReading({ context }: { context: CallContext }) {
  const { stay, toast } = context;
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const words = useRef<HTMLFieldSetElement>(null);
  const open = useSignal(false);
  const room = stay.room.value;
  const sight = room.sights.get(room.self);
  const { video } = devicesOf(context, room.self);
  const fresh = sight !== undefined && strengthAt(ageOf(sight, clock.value)) > 0;
  // A picture that gives nothing must not take the words away from under somebody's finger.
  if (!(video && fresh && shownFaces(sight).length > 0) && !open.value) return null;
  const correct = async (expression: Expression) => {
    words.current?.hidePopover();
    try {
      await stay.correct(expression);
      toast(strings.ownWord.said(expressionSigns[expression].word));
    } catch (error) {
      toast(refusalWords(error instanceof ApiError ? error : null));
    }
  };
  const place = () => {
    const style = words.current?.style;
    const window = button.current?.ownerDocument.defaultView; // perhaps the small one
    if (!button.current || !style || !window) return;
    const { top, bottom, right } = button.current.getBoundingClientRect();
    const { innerWidth, innerHeight } = window;
    const width = Math.min(WIDTH, innerWidth - 2 * GAP);
    const places = [bottom + GAP, top - GAP - HEIGHT];
    const y = places.find((at) => at >= GAP && at + HEIGHT <= innerHeight - GAP);
    const [farthest, lowest] = [innerWidth - width - GAP, innerHeight - HEIGHT - GAP];
    Object.assign(style, {
      width: `${width}px`,
      left: inside('left', right - width, farthest, 'right'),
      top: inside('top', y ?? GAP, lowest, 'bottom'),
    });
  };
  return (
    <>
      <button type="button" class="tile-tool" ref={button} popovertarget={id}>
        <PencilIcon />
        <span class="tile-tool-words">{strings.ownWord.wrong}</span>
      </button>
      <fieldset
        class="own-words"
        id={id}
        ref={words}
        popover="auto"
        onBeforeToggle={place}
        onToggle={({ newState }) => {
          open.value = newState === 'open';
        }}
      >
        <legend>{strings.ownWord.choose}</legend>
        {EXPRESSIONS.map((expression) => (
          <button key={expression} type="button" onClick={() => void correct(expression)}>
            <span class="room-emoji" aria-hidden="true">
              {expressionSigns[expression].emoji}
            </span>
            {expressionSigns[expression].word}
          </button>
        ))}
      </fieldset>
    </>
  );
}
