// @vitest-environment happy-dom
/** A page that a browser translates while it changes: its words are always those of now. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import messages from '../../../tests/contract/messages.json';
import type { RemoteMedia } from '../call/call.ts';
import { LocalMedia } from '../devices/local-media.ts';
import { applyMessage, applyRoster, enterRoom, type Room, setMode } from '../room/room.ts';
import type { Problem } from '../stay/problems.ts';
import type { Stay } from '../stay/stay.ts';
import { parseHubMessage } from '../wire/messages.ts';
import { chooseLanguage, language } from '../words/language.ts';
import { strings } from '../words/strings.ts';
import { CallScreen } from './call/call-screen.tsx';
import { LanguageChoice } from './lobby/language-choice.tsx';
import { Lobby } from './lobby/lobby.tsx';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
const ZOE = { participant: 'pppppppppppppppppppp02', name: 'Zoë', consent: true };

/** Time stands still: readings must not age while a slow machine draws. */
vi.mock('../time/page-time.ts', () => ({ now: () => 0, onTheWall: (time: number) => time }));

beforeEach(() => {
  vi.stubGlobal('navigator', {});
  HTMLElement.prototype.hidePopover ??= () => undefined; // happy-dom has none
  const deaf = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal('matchMedia', () => ({ matches: false, ...deaf }));
});
afterEach(() => {
  render(null, document.body);
  document.body.textContent = '';
  vi.unstubAllGlobals();
});

/** As Chrome does: in the place of each text node stand elements with other words. */
function translate(): void {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walk.nextNode()) texts.push(walk.currentNode as Text);
  for (const text of texts) {
    const holder = text.parentElement;
    if (!holder || text.data.trim() === '' || holder.closest('font')) continue;
    if (holder.closest('[translate=no], [translate=false]')) continue;
    const [outer, inner] = [document.createElement('font'), document.createElement('font')];
    inner.textContent = text.data.toUpperCase();
    outer.append(inner);
    text.replaceWith(outer);
  }
}

/** All that is to be read, in whichever language. */
const read = () => document.body.textContent?.toLowerCase();

/** Draws `page` translated, changes it, and compares with the page drawn so from the beginning. */
async function staysTrue(draw: () => Promise<() => Promise<void>>): Promise<void> {
  const change = await draw();
  translate();
  await act(change);
  const translated = read();
  await act(() => render(null, document.body));
  document.body.textContent = '';
  await act(await draw());
  expect(translated).toBe(read());
}

function people(...names: readonly (typeof ADA & { host?: true })[]): Room {
  return applyRoster(
    enterRoom(names[0] ?? ADA, 0),
    { participants: [...names], mode: 'open' },
    0,
    0,
  );
}

const heard = (room: Room, target: keyof typeof messages, change: object = {}) => {
  const message = parseHubMessage(target, { ...messages[target], ...change });
  return message ? applyMessage(room, message, 0) : room;
};

describe('a translated call', () => {
  const face = messages.reading.faces[0];
  const sad = { ...face, expression: 'sadness', confidence: 0.6 };
  const happy = (room: Room) => heard(room, 'reading', { participant: ZOE.participant });
  const both = people(ADA, ZOE);

  const rooms: Record<string, readonly [Room, Room]> = {
    'somebody comes': [people(ADA), both],
    'somebody goes': [both, people(ADA)],
    'a face changes': [
      happy(both),
      heard(happy(both), 'reading', {
        participant: ZOE.participant,
        frame: '1763834499000',
        faces: [sad],
      }),
    ],
    'a face is gone': [
      happy(both),
      heard(happy(both), 'unread', { participant: ZOE.participant, frame: '1763834499000' }),
    ],
    'somebody goes away': [happy(both), heard(happy(both), 'away')],
    'somebody stops being read': [happy(both), heard(happy(both), 'paused')],
    'the mode changes': [both, setMode(both, 'room-only', 1)],
  };

  it.each(Object.entries(rooms))('says what is so when %s', async (_, [before, after]) => {
    await staysTrue(async () => {
      const stay = await call();
      await act(() => {
        stay.room.value = before;
      });
      return async () => {
        stay.room.value = after;
      };
    });
  });

  it.each(['offline', 'storage-away', 'capture-noise'] as const)(
    'says no more that something is wrong: %s',
    async (problem) => {
      await staysTrue(async () => {
        const stay = await call();
        stay.problems.value = new Set([problem]);
        return async () => {
          stay.problems.value = new Set();
        };
      });
    },
  );

  it('says one thing after another', async () => {
    await staysTrue(async () => {
      const stay = await call();
      stay.provider.value = 'mesh';
      stay.remotes.value = new Map([[ZOE.participant, media('connecting')]]);
      return async () => {
        stay.remotes.value = new Map([[ZOE.participant, media('reconnecting')]]);
        stay.provider.value = 'opentok';
        stay.readable.value = true;
        stay.live.value = false;
      };
    });
  });

  it.each(['People', 'Expressions', 'Timeline'])('so do its panels: %s', async (title) => {
    await staysTrue(async () => {
      const stay = await call();
      await open(title);
      stay.room.value = happy(both);
      return async () => {
        stay.room.value = heard(happy(people(ADA, ZOE)), 'away');
      };
    });
  });

  const hosts = people({ ...ADA, host: true }, ZOE);
  const own = (room: Room) => heard(room, 'reading', { participant: ADA.participant });

  it.each<[string, string, Room, Room]>([
    ['People', 'the mode changes', hosts, setMode(hosts, 'room-only', 1)],
    ['People', 'one becomes a host', hosts, heard(hosts, 'host', { participant: ZOE.participant })],
    ['People', 'the door is closed', hosts, heard(hosts, 'door', { door: 'closed' })],
    ['Expressions', 'the mode changes', happy(both), setMode(happy(both), 'room-only', 1)],
    ['Expressions', 'the mode changes back', setMode(both, 'room-only', 1), both],
    ['Timeline', 'the mode changes', happy(both), setMode(happy(both), 'room-only', 1)],
    ['Timeline', 'the mode changes back', setMode(both, 'room-only', 1), both],
    ['Timeline', 'one withdraws', happy(both), heard(happy(both), 'paused')],
    ['My readings', 'one is read', both, own(both)],
  ])('so does the panel %s when %s', async (title, _, before, after) => {
    await staysTrue(async () => {
      const stay = await call();
      await act(() => {
        stay.room.value = before;
      });
      await open(title);
      return async () => {
        stay.room.value = after;
      };
    });
  });

  it('offers the devices that there are now', async () => {
    const devices: Partial<MediaDeviceInfo>[] = [];
    const add = (deviceId: string, label: string) =>
      devices.push({ kind: 'videoinput', groupId: label, deviceId, label });
    vi.stubGlobal('navigator', { mediaDevices: { enumerateDevices: async () => devices } });
    await staysTrue(async () => {
      devices.splice(0);
      add('default', 'Default');
      add('front', 'Default');
      const media = new LocalMedia();
      await media.devices.refresh();
      await call(media);
      await open('Settings');
      return async () => {
        devices.splice(0);
        add('default', 'Desk');
        add('desk', 'Desk');
        await media.devices.refresh();
      };
    });
  });
});

/** Opens a panel, as its button or the menu does, and waits for what is in it. */
async function open(title: string): Promise<void> {
  const buttons = [...document.querySelectorAll<HTMLElement>('button')];
  const named = (one: HTMLElement) => one.getAttribute('aria-label') ?? one.textContent;
  await act(() => buttons.find((one) => named(one) === title)?.click());
  await vi.waitFor(() => {
    expect(document.querySelector('.panel-body')?.childElementCount).toBeGreaterThan(0);
    expect(document.querySelector('.panel .loading')).toBeNull();
  });
}

describe('another language', () => {
  afterEach(async () => {
    vi.restoreAllMocks();
    await chooseLanguage('en');
  });

  it.each([true, false])(
    'is not spoken beside the words of a translation: %s',
    async (translated) => {
      const reload = vi.spyOn(location, 'reload').mockImplementation(() => undefined);
      await act(() => render(<LanguageChoice />, document.body));
      if (translated) translate();
      const select = document.querySelector('select');
      if (select) select.value = 'ar';
      select?.dispatchEvent(new Event('change', { bubbles: true }));
      await vi.waitFor(() => expect(language.value).toBe('ar'));
      expect(reload).toHaveBeenCalledTimes(translated ? 1 : 0);
    },
  );
});

describe('a translated lobby', () => {
  const events = { onEnter: () => undefined, onFollow: () => undefined, onHome: () => undefined };
  const draw = (change: object) => {
    const props = { room: null, name: '', busy: false, refusal: null, asksKey: false };
    const rest = { damagedLink: false, roomGone: false, ...props, ...change };
    render(<Lobby {...rest} {...events} media={new LocalMedia()} />, document.body);
  };

  it.each([
    ['is refused, and no more', { refusal: strings.refused['room-full'] }, {}],
    ['is busy', {}, { busy: true }],
    ['came by a damaged link, and no more', { damagedLink: true }, {}],
    ['goes to a room', {}, { room: 'rrrrrrrrrrrrrrrrrrrr01' }],
  ])('says what is so when one %s', async (_, before, after) => {
    await staysTrue(async () => {
      await act(() => draw(before));
      return async () => draw(after);
    });
  });
});

function media(connection: RemoteMedia['connection']): RemoteMedia {
  const rest = { screen: null, speaking: false, quality: null, audio: true, video: true };
  return { stream: null as unknown as MediaStream, connection, ...rest };
}

async function call(media = new LocalMedia()) {
  const stay = {
    roomId: 'rrrrrrrrrrrrrrrrrrrr01',
    host: true,
    capacity: 6,
    room: signal(people(ADA, ZOE)),
    remotes: signal<ReadonlyMap<string, RemoteMedia>>(new Map()),
    provider: signal<'mesh' | 'opentok' | null>(null),
    hub: signal('connected'),
    problems: signal<ReadonlySet<Problem>>(new Set()),
    interrupted: signal(false),
    away: signal(false),
    show: () => undefined,
    narrow: signal(false),
    live: signal(true),
    way: signal(null),
    consent: signal(true),
    readable: signal(false),
    asked: signal(null),
    ended: signal(null),
  };
  await act(() =>
    render(
      <CallScreen stay={stay as unknown as Stay} media={media} demonstrate={null} />,
      document.body,
    ),
  );
  return stay;
}
