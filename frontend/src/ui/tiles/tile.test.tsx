// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, describe, expect, it } from 'vitest';
import messages from '../../../../tests/contract/messages.json';
import type { SteadySight } from '../../room/sight.ts';
import { now } from '../../time/page-time.ts';
import type { Reading } from '../../wire/contract.ts';
import { strings } from '../../words/strings.ts';
import { CONNECTING } from '../parts/call-context.ts';
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
    ['not', true, false, strings.tile.hindrance['camera-off']],
    ['not', true, true, strings.tile.notRead],
    ['not', false, false, strings.tile.notRead],
    ['live', true, true, strings.tile.reading],
  ] as const)('%s, consent %s, camera %s: %s', (own, consent, video, words) => {
    expect(stateOf(own, consent, video)).toBe(words);
  });
});

describe('our own tile without our picture', () => {
  const [face] = messages.reading.faces;
  const reading = messages.reading as unknown as Reading;
  const sight = (ownFace: object) =>
    ({
      reading,
      receivedAt: now(),
      steadied: { faces: [{ id: 1, shown: { ...face, ...ownFace } }] },
    }) as unknown as SteadySight;

  // Nobody is shown to others and not to themselves.
  it.each([
    [{}, 'looks happy, 90% sure', 'happiness'],
    [{ unsure: true }, 'no clear expression', null],
    [{ ownWord: true }, 'looks happy, in their own word', 'happiness'],
  ])('says how we look: %j', (ownFace, name, expression) => {
    const person = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
    const none = { width: 0, height: 0 };
    render(
      <Tile
        person={{ ...person, changedAt: 0 }}
        media={{ ...CONNECTING, connection: 'connected' }}
        own="live"
        hidden
        sight={sight(ownFace)}
        place={{ x: 0, y: 0, ...none }}
        picture={none}
        onPicture={() => undefined}
        pinned={false}
        onPin={() => undefined}
      />,
      document.body,
    );
    const look = document.querySelector('[role=img][data-participant]');
    expect(look?.getAttribute('aria-label')).toBe(name);
    expect(look?.getAttribute('data-expression')).toBe(expression);
    expect(document.querySelector('video')?.srcObject ?? null).toBeNull();
  });
});

describe('the emoji of somebody who is just connected', () => {
  const [face] = messages.reading.faces;
  const sight = {
    reading: messages.reading as unknown as Reading,
    receivedAt: now(),
    steadied: { faces: [{ id: 1, shown: face }] },
  } as unknown as SteadySight;

  it('stays, from before the connection until the first picture', () => {
    const person = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
    const badgeAt = (connection: 'connecting' | 'connected', width: number) => {
      render(
        <Tile
          person={{ ...person, changedAt: 0 }}
          media={{ ...CONNECTING, connection }}
          sight={sight}
          place={{ x: 0, y: 0, width: 400, height: 300 }}
          picture={{ width, height: (width * 3) / 4 }}
          onPicture={() => undefined}
          pinned={false}
          onPin={() => undefined}
        />,
        document.body,
      );
      return document.querySelector('.badge');
    };
    const badge = badgeAt('connecting', 0);
    expect(badge).not.toBeNull();
    expect(badgeAt('connected', 0)).toBe(badge);
  });
});

describe('the picture', () => {
  // Browsers give a stream that never came a size, too, and keep the last picture of one that is lost.
  it.each([
    ['connected', true],
    ['connecting', false],
    ['reconnecting', false],
    ['unreachable', false],
  ] as const)('stands only for a connection that is there: %s', (connection, shown) => {
    const size = { width: 640, height: 480 };
    render(
      <Tile
        person={{ participant: 'p', name: 'Ada', consent: true, changedAt: 0 }}
        media={{ ...CONNECTING, connection, stream: new MediaStream() }}
        sight={undefined}
        place={{ x: 0, y: 0, ...size }}
        picture={size}
        onPicture={() => undefined}
        pinned={false}
        onPin={() => undefined}
      />,
      document.body,
    );
    expect(document.querySelector('.tile-video-off') === null).toBe(shown);
  });
});

describe('who speaks', () => {
  it.each([
    ['connected', true, true],
    ['connected', false, false],
    ['reconnecting', true, false],
    ['unreachable', true, false],
  ] as const)('has a ring while heard: %s, microphone %s', (connection, audio, ring) => {
    const person = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
    const none = { width: 0, height: 0 };
    render(
      <Tile
        person={{ ...person, changedAt: 0 }}
        media={{ ...CONNECTING, connection, audio, speaking: true }}
        sight={undefined}
        place={{ x: 0, y: 0, ...none }}
        picture={none}
        onPicture={() => undefined}
        pinned={false}
        onPin={() => undefined}
      />,
      document.body,
    );
    expect(document.querySelector('.tile-speaking') !== null).toBe(ring);
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
