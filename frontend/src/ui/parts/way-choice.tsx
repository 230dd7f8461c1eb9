import { useId } from 'preact/hooks';
import type { ReadingWay, Way } from '../../frame/way.ts';
import { percentOf } from '../../words/expressions.ts';
import { strings } from '../../words/strings.ts';
import { wayWords } from '../../words/way.ts';
import { Changing } from './changing.tsx';
import './way-choice.css';

const WAYS: readonly Way[] = ['service', 'device'];

/** Who reads our camera, in words; in a deployment with one way only, which that is. */
export function WayChoice({ way }: { way: ReadingWay }) {
  const words = wayWords();
  const name = useId();
  const hint = useId();
  if (way.offered === 'service') return null;
  const chosen = way.chosen.value;
  const state = way.state.value;
  return (
    <fieldset class="way">
      <legend>{words.legend}</legend>
      {WAYS.filter((one) => way.offered === 'choice' || one === way.offered).map((one) => (
        <label class="check" key={one}>
          <input
            type="radio"
            name={name}
            value={one}
            checked={chosen === one}
            disabled={one === 'device' && way.lack !== null}
            aria-describedby={hint}
            onChange={() => way.choose(one)}
          />
          <span>{words[one]}</span>
        </label>
      ))}
      <p class="panel-hint" id={hint}>
        <Changing>
          {way.lack ? words.lacks[way.lack as keyof typeof words.lacks] : words.hints[chosen]}
        </Changing>
      </p>
      {state.at === 'loading' && (
        <label class="way-progress">
          <span>{words.loading}</span>
          <progress max={1} value={state.share} />
          <span aria-hidden="true">
            <Changing>{strings.format.percent(percentOf(state.share))}</Changing>
          </span>
        </label>
      )}
      <p class="way-state" role="status">
        <Changing>
          {state.at === 'ready'
            ? words.ready
            : state.at === 'failed'
              ? words.failed[state.fault]
              : ''}
        </Changing>
      </p>
      {state.at === 'failed' && (
        <button type="button" onClick={() => way.prepare()}>
          {words.again}
        </button>
      )}
    </fieldset>
  );
}
