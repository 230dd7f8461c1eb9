// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LocalMedia } from '../../devices/local-media.ts';
import { strings } from '../../words/strings.ts';
import { type Entry, Lobby } from './lobby.tsx';

const ROOM = 'rrrrrrrrrrrrrrrrrrrr01';

afterEach(() => {
  render(null, document.body);
  vi.restoreAllMocks();
});

function open({ damagedLink = false, roomGone = false, hasRoom = false, declaration = '' } = {}) {
  const room = hasRoom || roomGone ? ROOM : null;
  const refusal = roomGone ? strings.refused['unknown-room'] : null;
  const props = { room, name: '', busy: false, refusal, asksKey: false, damagedLink, roomGone };
  const events = {
    onEnter: vi.fn((_: Entry) => undefined),
    onFollow: () => undefined,
    onHome: vi.fn(),
  };
  const media = new LocalMedia();
  render(
    <Lobby {...props} {...events} media={media} declaration={declaration || null} />,
    document.body,
  );
  return events;
}

describe('the lobby', () => {
  it.each([true, false])('says first that the link we came by is wrong: %s', (damagedLink) => {
    open({ damagedLink });
    expect(document.body.textContent?.includes(strings.lobby.wrongLink)).toBe(damagedLink);
    const said = document.querySelector('h1')?.nextElementSibling?.textContent;
    expect(said).toBe(damagedLink ? strings.lobby.wrongLink : '');
  });

  it('shows what whoever runs the site declares, where they do', () => {
    open();
    expect(document.querySelector('.declaration')).toBeNull();
    open({ declaration: 'Run by the choir of Elm Street.' });
    const said = document.querySelector('.declaration')?.textContent;
    expect(said).toBe(`${strings.lobby.declaration}Run by the choir of Elm Street.`);
  });

  it('says at its field that the name is missing, until one is written', async () => {
    open();
    const field = document.querySelector<HTMLInputElement>('input[name=name]');
    const said = () =>
      document.getElementById(field?.getAttribute('aria-describedby') ?? '')?.textContent;
    expect(said()).toBe('');
    const form = field?.form;
    form?.dispatchEvent(new Event('submit', { cancelable: true }));
    await vi.waitFor(() => expect(said()).toBe(strings.lobby.nameMissing));
    expect(document.activeElement).toBe(field);
    field?.dispatchEvent(new Event('input', { bubbles: true }));
    await vi.waitFor(() => expect(said()).toBe(''));
  });

  it.each([
    ['x'.repeat(61), 'Your name has 61 characters; at most 60 fit.'],
    ['Ada\u0007', 'Character 4 of your name (U+0007) cannot be shown. Please leave it out.'],
    ['\u3164', strings.lobby.nameMissing],
  ])('says at its field what is wrong with the name %j', async (name, words) => {
    open();
    const field = document.querySelector<HTMLInputElement>('input[name=name]');
    if (field) field.value = name;
    field?.form?.dispatchEvent(new Event('submit', { cancelable: true }));
    await vi.waitFor(() => expect(document.body.textContent).toContain(words));
    expect(document.activeElement).toBe(field);
  });

  it('takes a name of sixty emoji whole, and cleans a pasted one', () => {
    const { onEnter } = open();
    const field = document.querySelector<HTMLInputElement>('input[name=name]');
    for (const name of ['👩'.repeat(60), '\u202aAda\u202c']) {
      if (field) field.value = name;
      field?.form?.dispatchEvent(new Event('submit', { cancelable: true }));
    }
    const names = onEnter.mock.calls.map(([entry]) => entry.name);
    expect(names).toEqual(['👩'.repeat(60), 'Ada']);
    expect(field?.maxLength).toBe(-1);
  });

  it('leads from a room that is gone to a new call, and to its heading', () => {
    const { onHome } = open({ roomGone: true });
    const buttons = [...document.querySelectorAll('button')];
    buttons.find(({ textContent }) => textContent === strings.end.home)?.click();
    expect(onHome).toHaveBeenCalledOnce();
    expect(document.activeElement?.tagName).toBe('H1');
  });

  it('offers no second way to a new call where there is a room', () => {
    open({ hasRoom: true });
    expect(document.body.textContent).toContain(strings.lobby.joinTitle);
    expect(document.body.textContent).not.toContain(strings.end.home);
  });
});

describe('the choice to be read', () => {
  it('shows what it means before the first tick, and only then can be ticked', () => {
    open();
    const box = document.querySelector<HTMLInputElement>('input[name=consent]');
    const meaning = document.querySelector('details');
    expect(meaning?.open).toBe(false);
    box?.click();
    expect([box?.checked, meaning?.open]).toEqual([false, true]);
    box?.click();
    expect(box?.checked).toBe(true);
  });

  it('is ticked at once by who opened it themselves', () => {
    open();
    const box = document.querySelector<HTMLInputElement>('input[name=consent]');
    const meaning = document.querySelector('details');
    if (meaning) meaning.open = true;
    meaning?.dispatchEvent(new Event('toggle'));
    box?.click();
    expect(box?.checked).toBe(true);
  });

  it('asks for the pace of those alone who agree, and hands it on', async () => {
    const { onEnter } = open();
    const field = document.querySelector<HTMLInputElement>('input[name=name]');
    if (field) field.value = 'Ada';
    const box = document.querySelector<HTMLInputElement>('input[name=consent]');
    const paces = () => [...document.querySelectorAll<HTMLInputElement>('.pace input')];
    await act(() => box?.click());
    expect(paces()).toEqual([]);
    await act(() => box?.click());
    expect(paces().map(({ checked }) => checked)).toEqual([true, false]);
    await act(() => paces()[1]?.click());
    field?.form?.dispatchEvent(new Event('submit', { cancelable: true }));
    expect(onEnter).toHaveBeenCalledWith({ name: 'Ada', consent: true, live: false });
    await act(() => box?.click());
    expect(paces()).toEqual([]);
  });
});

describe('the link form', () => {
  it('says that what was pasted is no link, above the field', () => {
    open();
    const form = document.querySelector<HTMLFormElement>('form.follow');
    const field = form?.querySelector('input');
    if (field) field.value = 'https://calls.example/no-room';
    form?.dispatchEvent(new Event('submit', { cancelable: true }));
    return vi.waitFor(() => {
      const said = form?.querySelector('[role=alert]');
      expect(said?.textContent).toBe(strings.lobby.wrongLink);
      expect(said?.compareDocumentPosition(field as Node)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    });
  });

  it('says it anew, and shows it, each time', async () => {
    const scroll = vi.spyOn(HTMLElement.prototype, 'scrollIntoView');
    open();
    const form = document.querySelector<HTMLFormElement>('form.follow');
    const words = () => form?.querySelector('[role=alert]')?.firstChild;
    const submit = () => act(() => void form?.dispatchEvent(new Event('submit')));
    await submit();
    const first = words();
    scroll.mockClear();
    await submit();
    expect(words()?.textContent).toBe(strings.lobby.wrongLink);
    expect(words()).not.toBe(first);
    expect(scroll).toHaveBeenCalledOnce();
  });

  it('names its field by the label alone, without the words of the button beside it', () => {
    open();
    const field = document.querySelector<HTMLInputElement>('input[name=link]');
    expect(field?.labels?.[0]?.textContent).toBe(strings.lobby.link);
  });
});
