// @vitest-environment happy-dom
import { signal, type Signal as Writable } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { rememberName } from '../browser/remembered.ts';
import { LocalMedia } from '../devices/local-media.ts';
import type { Stay } from '../stay/stay.ts';
import { Api } from '../wire/api.ts';
import { strings } from '../words/strings.ts';
import { App, type JoinCall } from './app.tsx';

const ROOM = 'rrrrrrrrrrrrrrrrrrrr01';

beforeEach(() => {
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  location.hash = `#room=${ROOM}`;
});
afterEach(() => {
  render(null, document.body);
  vi.unstubAllGlobals();
});

/** Shows the page; joining a call takes for ever. */
async function show(api = new Api('')) {
  const join = vi.fn<JoinCall>(() => new Promise(() => undefined));
  const stay = signal<Stay | null>(null);
  const props = { api, way: signal(null), media: new LocalMedia(), demonstrate: null };
  await act(() => render(<App {...props} join={join} stay={stay} />, document.body));
  return { join, stay };
}

/** Ends a stay of Ada, whom the functions call otherwise. */
async function end(
  stay: Writable<Stay | null>,
  consent: boolean,
  scope: 'everybody' | 'room-only' | null,
) {
  const ended = {
    roomId: ROOM,
    name: 'Ada 2',
    consent: signal(consent),
    live: signal(true),
    scope: signal(scope),
    ended: signal('left'),
  };
  await act(() => {
    stay.value = ended as unknown as Stay;
  });
}

/** Shows the page after a stay that ended so; returns what joins again. */
async function afterCall(consent: boolean, scope: 'everybody' | 'room-only' | null) {
  const { join, stay } = await show();
  await end(stay, consent, scope);
  return join;
}

async function fillIn(name: string) {
  const field = document.querySelector<HTMLInputElement>('input[name=name]');
  if (field) field.value = name;
  await act(() => field?.form?.requestSubmit());
}

async function enterAs(name: string, { join }: Awaited<ReturnType<typeof show>>) {
  await fillIn(name);
  await vi.waitFor(() => expect(join).toHaveBeenCalled());
}

/** Draws the page until it is so. */
async function shown(isSo: () => void) {
  await vi.waitFor(async () => {
    await act(() => undefined);
    isSo();
  });
}

async function press(words: string) {
  const buttons = [...document.querySelectorAll('button')];
  await act(() => buttons.find(({ textContent }) => textContent === words)?.click());
}

/** Presses "Join again" after a stay that ended so; returns what joining is asked with. */
async function joinedAgain(...choices: Parameters<typeof afterCall>) {
  const join = await afterCall(...choices);
  await press(strings.end.again);
  await vi.waitFor(() => expect(join).toHaveBeenCalled());
  return join.mock.calls[0]?.[0];
}

it('brings those back who are read by themselves alone as such', async () => {
  expect(await joinedAgain(true, 'room-only')).toMatchObject({
    consent: true,
    scope: 'room-only',
  });
});

it.each([
  [true, 'everybody'],
  [true, null],
  [false, 'room-only'],
] as const)('says nothing of a scope otherwise (%s, %s)', async (consent, scope) => {
  expect(await joinedAgain(consent, scope)).not.toHaveProperty('scope');
});

it('keeps the address of the call while one goes back or pastes another: reloading comes back', async () => {
  const call = location.href;
  await enterAs('Ada', await show());
  for (const other of ['', '#room=ssssssssssssssssssss01']) {
    location.hash = other;
    await act(() => void dispatchEvent(new Event('hashchange')));
    expect(location.href).toBe(call);
  }
});

it('brings somebody back under their own name, whatever another tab was given meanwhile', async () => {
  const page = await show();
  await enterAs('Ada', page);
  rememberName('Bob');
  await end(page.stay, false, null);
  expect(document.body.textContent).toContain(strings.end.backNotRead('Ada'));
});

it('does not leave for a new call what is being joined again: that call would open over it', async () => {
  const call = location.href;
  await joinedAgain(false, null);
  await press(strings.end.home);
  expect(document.querySelector('h1')?.textContent).toBe(strings.end.left);
  expect(location.href).toBe(call);
});

it('gives the focus to the heading of a lobby that one comes back to', async () => {
  await afterCall(false, null);
  await press(strings.end.home);
  expect(document.activeElement?.textContent).toBe(strings.lobby.startTitle);
});

it('keeps a creation key in its field while it is used, and where no answer comes', async () => {
  location.hash = '';
  await new Promise((resolve) => setTimeout(resolve)); // the page is told of that
  const wrong = { error: 'creation-key-wrong', message: 'No.' };
  const fetch = vi.fn(async () => new Response(JSON.stringify(wrong), { status: 403 }));
  await show(new Api('', { fetch, wait: async () => undefined }));
  const key = () => document.querySelector<HTMLInputElement>('input[name=creation-key]');
  await fillIn('Ada');
  await shown(() => expect(key()).not.toBeNull());
  const field = key();
  if (field) field.value = 'secret';
  fetch.mockRejectedValue(new TypeError('no network'));
  await fillIn('Ada');
  await shown(() => expect(document.body.textContent).toContain(strings.refused.unreachable));
  expect(key()).toBe(field);
});
