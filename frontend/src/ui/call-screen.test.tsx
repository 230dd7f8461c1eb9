// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RemoteMedia } from '../call/call.ts';
import { type DeviceProblem, LocalMedia } from '../local-media.ts';
import { applyRoster, enterRoom } from '../room.ts';
import type { Problem, Session } from '../session.ts';
import { strings } from '../strings.ts';
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
});

/** A call on the page, whose stay and devices tests steer. */
async function call(media: LocalMedia = new LocalMedia()) {
  const session = {
    roomId: 'rrrrrrrrrrrrrrrrrrrr01',
    capacity: 6,
    room: signal(BOTH),
    remotes: signal<ReadonlyMap<string, RemoteMedia>>(new Map()),
    provider: signal(null),
    hub: signal('connected'),
    problems: signal<ReadonlySet<Problem>>(new Set()),
    live: signal(true),
    consent: signal(true),
    readable: signal(false),
    asked: signal(null),
    analyze: vi.fn(async () => undefined),
  };
  await act(() =>
    render(
      <CallScreen session={session as unknown as Session} media={media} demonstrate={null} />,
      document.body,
    ),
  );
  return session;
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

describe('being alone', () => {
  // Never before the roster came, and never as a warning; the link is at hand.
  it('is told neutrally, once it is known, with a button that copies the link', async () => {
    const copied = vi.fn(async () => undefined);
    vi.stubGlobal('navigator', { clipboard: { writeText: copied } });
    const session = await call();
    const alone = () => document.querySelector('.alone');
    await act(() => {
      session.room.value = enterRoom(ADA, 0);
    });
    expect(alone()).toBeNull();
    await act(() => {
      session.room.value = applyRoster(
        session.room.value,
        { participants: [ADA], mode: 'open' },
        1,
        1,
      );
    });
    expect(alone()?.textContent).toContain(strings.call.alone);
    expect(notices()).toEqual([]);
    await press(strings.call.copyLink);
    expect(copied).toHaveBeenCalledWith(expect.stringContaining(`#room=${session.roomId}`));
  });
});

describe('Analyze', () => {
  const button = () => document.querySelector<HTMLButtonElement>('.analyze');
  const toast = () => document.querySelector('.toast p')?.textContent;

  // Whoever presses it sees and hears that something happened, even when nobody is read after it.
  it('tells its presser that everybody was asked, and is busy for a moment', async () => {
    const session = await call();
    await press(strings.call.analyze);
    expect(session.analyze).toHaveBeenCalledOnce();
    expect(toast()).toBe(strings.notice.askedEverybody);
    expect(button()?.disabled).toBe(true);
    const said = () => document.querySelector('[role=status]')?.textContent;
    await vi.waitFor(() => expect(said()).toBe(strings.notice.askedEverybody));
    await vi.waitFor(() => expect(button()?.disabled).toBe(false));
  });

  it('asks nobody where nobody agreed, and says so', async () => {
    const session = await call();
    await act(() => {
      const people = [ADA, ZOE].map((one) => ({ ...one, consent: false, changedAt: 0 }));
      session.room.value = {
        ...BOTH,
        people: new Map(people.map((one) => [one.participant, one])),
      };
    });
    await press(strings.call.analyze);
    expect(session.analyze).not.toHaveBeenCalled();
    expect(toast()).toBe(strings.notice.nobodyConsents);
  });
});
