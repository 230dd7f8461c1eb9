import { shortcutsOf } from '../shortcuts.ts';
import { strings } from '../strings.ts';
import type { CallContext } from './call-context.ts';
import { Switch } from './controls.tsx';
import { isMac, shortcutsOn } from './use-shortcuts.ts';
import './shortcuts-panel.css';

/** Which keys there are; they can be switched off, since some people's keyboards need them. */
export function ShortcutsPanel(_: CallContext) {
  return (
    <>
      <dl class="shortcuts">
        {shortcutsOf(isMac()).map(({ action, keys }) => (
          <div key={action}>
            <dt>{strings.shortcuts.actions[action]}</dt>
            <dd dir="ltr">
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Switch
        label={strings.shortcuts.on}
        checked={shortcutsOn.value}
        onChange={(on) => {
          shortcutsOn.value = on;
        }}
      />
    </>
  );
}
