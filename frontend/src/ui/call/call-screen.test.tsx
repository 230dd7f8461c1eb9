// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RemoteMedia } from '../../call/call.ts';
import { type DeviceProblem, LocalMedia } from '../../devices/local-media.ts';
import { applyMessage, applyRoster, enterRoom, setMode } from '../../room/room.ts';
import type { Problem } from '../../stay/problems.ts';
import type { Stay } from '../../stay/stay.ts';
import { now } from '../../time/page-time.ts';
import { strings } from '../../words/strings.ts';
import { CallScreen } from './call-screen.tsx';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
const ZOE = { participant: 'pppppppppppppppppppp02', name: 'Zoë', consent: true };
const BOTH = applyRoster(enterRoom(ADA, 0), { participants: [ADA, ZOE], mode: 'open' }, 0, 0);

let refusal: DeviceProblem = 'missing';
const ERRORS: Partial<Record<DeviceProblem, string>> = {
  missing: 'NotFoundError',
  denied: 'NotAllowedError',
};

beforeEach(() => {
  const getUserMedia = async () => {
    throw new DOMException('no', ERRORS[refusal]);
  };
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
});
afterEach(() => {
  render(null, document.body);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A call on the page, whose stay and devices tests steer. */
async function call(media: LocalMedia = new LocalMedia(), consent = true) {
  const stay = {
    roomId: 'rrrrrrrrrrrrrrrrrrrr01',
    capacity: 6,
    room: signal(BOTH),
    remotes: signal<ReadonlyMap<string, RemoteMedia>>(new Map()),
    provider: signal(null),
    hub: signal('connected'),
    problems: signal<ReadonlySet<Problem>>(new Set()),
    live: signal(true),
    consent: signal(consent),
    narrow: signal(false),
    readable: signal(false),
    away: signal(false),
    show: () => undefined,
    interrupted: signal(false),
    asked: signal(null),
    way: signal(null),
    askEverybody: vi.fn(async () => undefined),
  };
  await act(() =>
    render(
      <CallScreen stay={stay as unknown as Stay} media={media} demonstrate={null} />,
      document.body,
    ),
  );
  return stay;
}

async function press(name: string): Promise<void> {
  const buttons = [...document.querySelectorAll('button')];
  const button = buttons.find(
    (one) => (one.getAttribute('aria-label') ?? one.textContent) === name,
  );
  await act(async () => {
    button?.click();
    await new Promise((resolve) => setTimeout(resolve));
  });
}

function notices(): string[] {
  return [...document.querySelectorAll('.notice p')].map((one) => one.textContent ?? '');
}

describe('a device that fails in the call', () => {
  // What the lobby said stays unsaid until the button is pressed, and dismissing hides it once only.
  it.each([
    ['missing', strings.device.camera, strings.device.problem.camera.missing],
    ['missing', strings.device.microphone, strings.device.problem.microphone.missing],
    ['denied', strings.device.camera, strings.device.problem.both.denied],
  ] as const)('is told each time: %s, %s', async (problem, device, words) => {
    refusal = problem;
    const media = new LocalMedia();
    await media.open();
    await call(media);
    expect(notices()).toEqual([]);
    for (let time = 0; time < 2; time++) {
      await press(device);
      expect(notices()).toEqual([words]);
      await press(strings.notice.dismiss);
      expect(notices()).toEqual([]);
    }
  });
});

describe('how many are here', () => {
  it('is said once it is known', async () => {
    const stay = await call();
    const count = () => document.querySelector('.headcount')?.textContent;
    expect(count()).toContain(strings.call.people(2, 6));
    await act(() => {
      stay.room.value = enterRoom(ADA, 0);
    });
    expect(count()).not.toContain(strings.call.people(1, 6));
  });
});

describe('being alone', () => {
  // Never before the roster came, and never as a warning; the link is at hand.
  it('is told neutrally, once it is known, with a button that copies the link', async () => {
    const copied = vi.fn(async () => undefined);
    vi.stubGlobal('navigator', { clipboard: { writeText: copied } });
    const stay = await call();
    const alone = () => document.querySelector('.alone');
    await act(() => {
      stay.room.value = enterRoom(ADA, 0);
    });
    expect(alone()).toBeNull();
    await act(() => {
      stay.room.value = applyRoster(stay.room.value, { participants: [ADA], mode: 'open' }, 1, 1);
    });
    await vi.waitFor(() => expect(alone()?.textContent).toContain(strings.call.alone));
    expect(notices()).toEqual([]);
    await press(strings.call.copyLink);
    expect(copied).toHaveBeenCalledWith(expect.stringContaining(`#room=${stay.roomId}`));
  });

  it('shows the link for as long as it takes where the browser does not copy it', async () => {
    vi.stubGlobal('navigator', { clipboard: undefined });
    const stay = await call();
    await act(() => {
      stay.room.value = applyRoster(enterRoom(ADA, 1), { participants: [ADA], mode: 'open' }, 1, 1);
    });
    await vi.waitFor(() => expect(document.querySelector('.alone')).not.toBeNull());
    vi.useFakeTimers();
    try {
      const copy = [...document.querySelectorAll<HTMLElement>('.alone button')][0];
      await act(async () => {
        copy?.click();
        await vi.advanceTimersByTimeAsync(60_000);
      });
    } finally {
      vi.useRealTimers();
    }
    expect(document.querySelector('.toast')?.textContent).toContain(`#room=${stay.roomId}`);
    await press(strings.notice.dismiss);
    expect(document.querySelector('.toast')).toBeNull();
  });
});

describe('Read my expression', () => {
  const mine = () => document.querySelector('.my-reading [role=switch]');
  const state = () => mine()?.querySelector('small')?.textContent;
  const said = () => document.querySelector('.how-read')?.textContent ?? '';

  // Nothing on the screen calls somebody live who is not read.
  it('says its pace while it is on, and that it is off', async () => {
    const stay = await call();
    expect(state()).toBe(strings.pace.live);
    await act(() => {
      stay.live.value = false;
    });
    expect(state()).toBe(strings.pace.asked);
    await act(() => {
      stay.consent.value = false;
      stay.live.value = true;
    });
    expect(mine()?.getAttribute('aria-checked')).toBe('false');
    expect(state()).toBe(strings.pace.off);
    expect(document.querySelector('.how-read input')).toBeNull();
    expect(said()).toContain(strings.pace.needsReading);
  });

  it('says what is read, who sees it and for how long, as it is here', async () => {
    const stay = await call();
    const { reads, sees, kept } = strings.pace;
    expect(said()).toContain(`${reads.service} ${sees.everybody} ${kept}`);
    await act(() => {
      stay.room.value = setMode(BOTH, 'room-only', 1);
    });
    expect(said()).toContain(`${reads.service} ${sees.self} ${kept}`);
  });

  it('tells that once to who agrees in the call', async () => {
    const shown = vi.fn();
    HTMLElement.prototype.showPopover = shown;
    const stay = await call();
    const agree = (consent: boolean) =>
      act(() => {
        stay.consent.value = consent;
      });
    await agree(false);
    await agree(true);
    expect(shown).not.toHaveBeenCalled(); // the lobby told it
    await act(() => render(null, document.body));
    const late = await call(undefined, false);
    for (const consent of [true, false, true]) {
      await act(() => {
        late.consent.value = consent;
      });
    }
    expect(shown).toHaveBeenCalledOnce();
  });
});

describe('Read everyone now', () => {
  const button = () => document.querySelector<HTMLButtonElement>('.read-everyone');
  const toast = () => document.querySelector('.toast p')?.textContent;

  // Whoever presses it sees and hears that something happened, even when nobody is read after it.
  const camera = { getSettings: () => ({}) } as unknown as MediaStreamTrack;
  const withCamera = () => {
    vi.stubGlobal('MediaStream', class {});
    vi.spyOn(HTMLMediaElement.prototype, 'srcObject', 'set').mockImplementation(() => undefined);
    const media = new LocalMedia();
    vi.spyOn(media, 'camera', 'get').mockReturnValue(
      signal({ track: camera, on: true, problem: null }),
    );
    return media;
  };

  it('names who cannot be read just now, and why', async () => {
    const stay = await call(withCamera());
    const away = { ...ZOE, away: true };
    stay.room.value = applyRoster(BOTH, { participants: [ADA, away], mode: 'open' }, 1, 1);
    await press(strings.call.readEveryone);
    expect(toast()).toBe('Everyone was asked. Not read now: Zoë (away).');
  });

  it('names who is not read by their own choice, too', async () => {
    const stay = await call(withCamera());
    const off = { ...ZOE, consent: false };
    stay.room.value = applyRoster(
      enterRoom(ADA, 0),
      { participants: [ADA, off], mode: 'open' },
      1,
      1,
    );
    await press(strings.call.readEveryone);
    expect(toast()).toBe('Everyone was asked. Not read now: Zoë (reading off).');
  });

  it('names later who was asked and did not answer', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const stay = await call(withCamera());
    await press(strings.call.readEveryone);
    expect(toast()).toBe(strings.notice.askedEverybody);
    const body = { participant: ADA.participant, frame: '1', reason: 'no-face' } as const;
    stay.room.value = applyMessage(stay.room.value, { target: 'unread', body }, now());
    await act(async () => {
      await vi.advanceTimersByTimeAsync(5_000);
    });
    expect(toast()).toBe('No answer yet from Zoë.');
    vi.useRealTimers();
  });

  it('alone and without a camera asks nobody, in words', async () => {
    const stay = await call();
    stay.room.value = applyRoster(BOTH, { participants: [ADA], mode: 'open' }, 1, 1);
    await press(strings.call.readEveryone);
    expect(toast()).toBe('Nobody can be read just now: Ada (camera off).');
  });

  it('tells its presser that everybody was asked, and is busy for a moment', async () => {
    const stay = await call(withCamera());
    await press(strings.call.readEveryone);
    expect(stay.askEverybody).toHaveBeenCalledOnce();
    expect(toast()).toBe(strings.notice.askedEverybody);
    expect(button()?.getAttribute('aria-disabled')).toBe('true');
    const said = () => document.querySelector('[role=status]')?.textContent;
    await vi.waitFor(() => expect(said()).toBe(strings.notice.askedEverybody));
    await vi.waitFor(() => expect(button()?.getAttribute('aria-disabled')).toBe('false'));
  });

  it('asks nobody where nobody agreed, and says so', async () => {
    const stay = await call();
    await act(() => {
      const people = [ADA, ZOE].map((one) => ({ ...one, consent: false, changedAt: 0 }));
      stay.room.value = {
        ...BOTH,
        people: new Map(people.map((one) => [one.participant, one])),
      };
    });
    await press(strings.call.readEveryone);
    expect(stay.askEverybody).not.toHaveBeenCalled();
    expect(toast()).toBe(strings.notice.nobodyConsents);
  });
});
