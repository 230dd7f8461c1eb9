import { countExpressions, presentSights } from '../../room/look.ts';
import type { Room } from '../../room/room.ts';
import { EXPRESSIONS } from '../../wire/contract.ts';
import { expressionSigns } from '../../words/expressions.ts';
import { strings } from '../../words/strings.ts';
import { clock } from '../parts/clock.ts';

interface LegendProps {
  readonly room: Room;
  readonly hasVideo: (participant: string) => boolean;
}

/** The expressions seen in this room, each with how many faces are shown to look so now. */
export function Legend({ room, hasVideo }: LegendProps) {
  const counts = countExpressions(room.seen, presentSights(room, hasVideo, clock.value));
  const seen = EXPRESSIONS.filter((expression) => counts.has(expression));
  return (
    <section class="legend" aria-label={strings.call.legend}>
      {seen.length === 0 ? (
        <p class="legend-empty" key="empty">
          {strings.call.legendEmpty}
        </p>
      ) : (
        <ul tabindex={0} aria-label={strings.call.legend}>
          {seen.map((expression) => {
            const { emoji, word } = expressionSigns[expression];
            const count = counts.get(expression) ?? 0;
            return (
              <li key={expression} class={count === 0 ? 'legend-past' : undefined}>
                <span aria-hidden="true">
                  <span class="legend-emoji">{emoji}</span> {word}{' '}
                  <b key={count}>{strings.format.number(count)}</b>
                </span>
                <span class="unseen" key={`${word} ${count}`}>
                  {strings.call.legendEntry(word, count)}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
