import type { Need } from '../browser/needs.ts';
import { strings } from '../words/strings.ts';

/** Instead of the page, where the browser lacks what it needs. */
export function Unsupported({ missing }: { missing: readonly Need[] }) {
  const { title, lacks, things, browsers } = strings.unsupported;
  return (
    <main class="goodbye">
      <p class="product">{strings.product}</p>
      <h1>{title}</h1>
      <p>{lacks(missing.map((need) => things[need]))}</p>
      <p>{browsers}</p>
    </main>
  );
}
