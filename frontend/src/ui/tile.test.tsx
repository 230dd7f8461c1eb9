// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, describe, expect, it } from 'vitest';
import { strings } from '../strings.ts';
import { initialsOf, Tile, type TileProps } from './tile.tsx';

afterEach(() => render(null, document.body));

function stateOf(own: TileProps['own'], consent: boolean, video: boolean): string | null {
  const person = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent, changedAt: 0 };
  const media = {
    stream: null,
    connection: 'connected',
    audio: true,
    video,
    speaking: false,
    quality: null,
  } as const;
  const none = { width: 0, height: 0 };
  const place = { x: 0, y: 0, ...none };
  const deaf = { onPicture: () => undefined, onPin: () => undefined };
  const rest = { sight: undefined, place, picture: none, pinned: false, ...deaf };
  render(<Tile person={person} media={media} own={own} {...rest} />, document.body);
  return document.querySelector('.tile-state')?.textContent ?? null;
}

describe('our own tile', () => {
  // Who agreed and is not read learns that the camera is why; who did not agree knows why.
  it.each([
    ['not', true, false, strings.tile.notReadCameraOff],
    ['not', true, true, strings.tile.notRead],
    ['not', false, false, strings.tile.notRead],
    ['live', true, true, strings.tile.reading],
  ] as const)('%s, consent %s, camera %s: %s', (own, consent, video, words) => {
    expect(stateOf(own, consent, video)).toBe(words);
  });
});

describe('initials', () => {
  // Letters of any script and digits, never a symbol, an emoji or half of one.
  it.each([
    ['Ada', 'A'],
    ['ada king lovelace', 'AL'],
    ['😀 Zoë 🎉', 'Z'],
    ['"Kim" (Berlin)', 'KB'],
    ['👩‍💻Ada', 'A'],
    ['张 伟', '张伟'],
    ['7 of 9', '79'],
    ['🎉', ''],
  ])('of %s are %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});
