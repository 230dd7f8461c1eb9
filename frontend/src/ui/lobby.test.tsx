// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalMedia } from '../local-media.ts';
import { strings } from '../strings.ts';
import { Lobby } from './lobby.tsx';

afterEach(() => render(null, document.body));

function open(damagedLink: boolean) {
  const props = { room: null, name: '', busy: false, refusal: null, asksKey: false };
  const events = { onEnter: () => undefined, onFollow: () => undefined };
  const media = new LocalMedia();
  render(<Lobby {...props} {...events} media={media} damagedLink={damagedLink} />, document.body);
}

describe('the link form', () => {
  it.each([true, false])('says that the link we came by is wrong: %s', (damaged) => {
    open(damaged);
    expect(document.body.textContent?.includes(strings.lobby.wrongLink)).toBe(damaged);
  });

  it('names its field by the label alone, without the words of the button beside it', () => {
    open(false);
    const field = document.querySelector<HTMLInputElement>('input[name=link]');
    expect(field?.labels?.[0]?.textContent).toBe(strings.lobby.link);
  });
});
