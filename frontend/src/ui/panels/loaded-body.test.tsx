// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { loadedBody } from './loaded-body.tsx';

const CONTEXT = {} as CallContext;
const Loaded = () => <p>the panel</p>;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  render(null, document.body);
  document.head.replaceChildren();
  vi.useRealTimers();
});

/** Opens a panel whose loading is answered by `load`. */
async function open(load: () => Promise<typeof Loaded>): Promise<void> {
  const Body = loadedBody(load);
  await act(() => render(<Body {...CONTEXT} />, document.body));
}

const shown = () => document.body.textContent;
const settle = () => act(async () => undefined);
const tryAgain = () => act(async () => document.querySelector('button')?.click()).then(settle);

it('says that it loads, then shows the panel', async () => {
  let arrive: (body: typeof Loaded) => void = () => undefined;
  await open(() => new Promise((resolve) => (arrive = resolve)));
  expect(document.querySelector('[role=status]')?.textContent).toBe(strings.lobby.busy);
  await act(async () => arrive(Loaded));
  expect(shown()).toBe('the panel');
});

it('offers to try again what failed, and its style sheets with it', async () => {
  const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet' });
  document.head.append(sheet);
  const load = vi.fn(async () => Loaded).mockRejectedValueOnce(new Error('offline'));
  await open(load);
  expect(document.querySelector('[role=alert]')?.textContent).toBe(strings.panel.notLoaded);
  await tryAgain();
  expect(shown()).toBe('the panel');
  expect(sheet.isConnected).toBe(false);
  expect(document.querySelectorAll('link')).toHaveLength(1);
});

it('lets an attempt that was given up not fail the next one', async () => {
  let reject: () => void = () => undefined;
  const never = new Promise<typeof Loaded>(() => undefined);
  const first = new Promise<typeof Loaded>((_, rejected) => (reject = rejected));
  await open(vi.fn(() => never).mockReturnValueOnce(first));
  await act(() => void vi.advanceTimersByTime(8_000));
  await tryAgain();
  await act(async () => reject());
  expect(shown()).toBe(strings.lobby.busy);
});

it('does not wait for ever, and takes what comes late', async () => {
  let arrive: (body: typeof Loaded) => void = () => undefined;
  await open(() => new Promise((resolve) => (arrive = resolve)));
  await act(() => void vi.advanceTimersByTime(8_000));
  expect(shown()).toContain(strings.notice.tryAgain);
  await act(async () => arrive(Loaded));
  expect(shown()).toBe('the panel');
});
