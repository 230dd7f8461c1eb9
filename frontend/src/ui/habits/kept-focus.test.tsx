// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { useKeptFocus } from './kept-focus.ts';

afterEach(() => render(null, document.body));

/** A call's parts, one of which goes. */
function Parts({ gone = false }) {
  useKeptFocus();
  return (
    <main>
      <h1 tabindex={-1}>Call</h1>
      {!gone && <button type="button">Dismiss</button>}
      <aside class="panel">
        <h2 tabindex={-1}>People</h2>
        {!gone && <button type="button">Remove</button>}
        <button type="button">Close</button>
      </aside>
    </main>
  );
}

const focused = () => document.activeElement?.textContent;
const button = (name: string) =>
  [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name);

it.each([
  ['Dismiss', 'Call'],
  ['Remove', 'People'],
])('gives the focus of what goes, %s, to the heading above it', async (name, heading) => {
  await act(() => render(<Parts />, document.body));
  button(name)?.focus();
  expect(focused()).toBe(name);
  await act(() => render(<Parts gone />, document.body));
  await vi.waitFor(() => expect(focused()).toBe(heading));
});

it('leaves it where somebody puts it, and nowhere if they took it away', async () => {
  await act(() => render(<Parts />, document.body));
  button('Dismiss')?.focus();
  button('Close')?.focus();
  await act(() => render(<Parts gone />, document.body));
  expect(focused()).toBe('Close');
  await act(() => render(<Parts />, document.body));
  button('Dismiss')?.focus();
  button('Dismiss')?.blur();
  await Promise.resolve();
  await act(() => render(<Parts gone />, document.body));
  await new Promise((resolve) => setTimeout(resolve));
  expect(document.activeElement).toBe(document.body);
});
