import { useId } from 'preact/hooks';
import { strings } from '../../words/strings.ts';

interface PaceChoiceProps {
  readonly live: boolean;
  readonly onChange: (live: boolean) => void;
}

/** When we are read, while we agree: all the time, or when somebody asks. */
export function PaceChoice({ live, onChange }: PaceChoiceProps) {
  const { pace } = strings;
  const name = useId();
  const choices = [
    { value: true, label: pace.live, hint: pace.liveHint },
    { value: false, label: pace.asked, hint: pace.askedHint },
  ];
  return (
    <fieldset class="pace">
      <legend class="unseen">{pace.legend}</legend>
      {choices.map(({ value, label, hint }) => (
        <label class="check" key={label}>
          <input
            type="radio"
            name={name}
            checked={live === value}
            onChange={() => onChange(value)}
          />
          <span>
            {label} <small>{hint}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
