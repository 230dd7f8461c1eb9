import { chooseLanguage, isLanguage, LANGUAGES, language } from '../../words/language.ts';
import { strings } from '../../words/strings.ts';
import { LanguageIcon } from '../parts/icons.tsx';

/** Lets people choose the page's language, each by its own name. */
export function LanguageChoice() {
  return (
    <label class="language">
      <LanguageIcon />
      <span class="unseen">{strings.lobby.language}</span>
      <select
        translate={false}
        value={language.value}
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.value;
          // A language that cannot be loaded is not spoken: the choice shows what is.
          if (isLanguage(chosen)) {
            chooseLanguage(chosen).then(startOver, () => {
              currentTarget.value = language.peek();
            });
          }
        }}
      >
        {Object.entries(LANGUAGES).map(([code, { name }]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Where the browser translated the page, its words would stay in the place of ours: see `Changing`. */
function startOver(): void {
  if (document.querySelector('font')) location.reload();
}
