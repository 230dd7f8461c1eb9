import { strings } from '../words/strings.ts';

/** Instead of the page, where a part that it cannot go without is not there. */
export function NotLoaded() {
  return (
    <main class="goodbye">
      <p class="product">{strings.product}</p>
      <p role="alert">{strings.refused['not-loaded']}</p>
      <button type="button" class="primary" onClick={() => location.reload()}>
        {strings.notice.tryAgain}
      </button>
    </main>
  );
}
