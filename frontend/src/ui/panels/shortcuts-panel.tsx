import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { Switch } from '../parts/controls.tsx';
import { offersFullScreen } from '../parts/full-screen.ts';
import { type ShortcutAction, shortcutsOf } from '../parts/shortcuts.ts';
import { isMac, shortcutsOn } from '../parts/use-shortcuts.ts';
import './shortcuts-panel.css';

/** Which keys there are; they can be switched off, since some people's keyboards need them. */
export function ShortcutsPanel(_: CallContext) {
  const can = { fullscreen: offersFullScreen() } as Partial<Record<ShortcutAction, boolean>>;
  const shortcuts = shortcutsOf(isMac()).filter(({ action }) => can[action] !== false);
  return (
    <>
      <dl class="shortcuts">
        {shortcuts.map(({ action, keys }) => (
          <div key={action}>
            <dt>{strings.shortcuts.actions[action]}</dt>
            <dd dir="ltr" translate={false}>
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
