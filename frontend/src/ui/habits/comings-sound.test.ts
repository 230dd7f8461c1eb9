import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyMessage, applyRoster, enterRoom, type Room } from '../../room/room.ts';
import { ComingsHeard, playComing } from './comings-sound.ts';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
const ZOE = { participant: 'pppppppppppppppppppp02', name: 'Zoë', consent: true };
const KIM = { participant: 'pppppppppppppppppppp03', name: 'Kim', consent: true };

const entered = enterRoom(ADA, 0);
const listed = (...others: readonly (typeof ADA)[]) =>
  applyRoster(entered, { participants: [ADA, ...others], mode: 'open' }, 1, 1);
const join = (room: Room, who: typeof ADA) =>
  applyMessage(room, { target: 'joined', body: who }, 2);
const leave = (room: Room, { participant }: typeof ADA) =>
  applyMessage(room, { target: 'left', body: { participant } }, 3);

/** What sounds as a room becomes each of these, at these times. */
function heard(...rooms: readonly (readonly [Room, number])[]) {
  const heeded = new ComingsHeard();
  return rooms.map(([room, at]) => heeded.follow(room, at));
}

describe('a sound', () => {
  it('tells who comes and who goes', () => {
    const [alone, both] = [listed(), join(listed(), ZOE)];
    expect(heard([alone, 0], [both, 1_000], [leave(both, ZOE), 9_000])).toEqual([
      null,
      'came',
      'went',
    ]);
  });

  it('never tells of oneself, of who was here before, or of a place taken anew', () => {
    const anew = applyRoster(
      enterRoom({ ...ADA, participant: 'pppppppppppppppppppp09' }, 0),
      { participants: [ZOE, KIM], mode: 'open' },
      1,
      1,
    );
    expect(heard([entered, 0], [listed(ZOE), 100], [anew, 9_000])).toEqual([null, null, null]);
  });

  it('comes once for many who come together', () => {
    const one = join(listed(), ZOE);
    const two = join(one, KIM);
    expect(heard([listed(), 0], [one, 1_000], [two, 1_200], [leave(two, ZOE), 5_000])).toEqual([
      null,
      'came',
      null,
      'went',
    ]);
  });
});

describe('playing it', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is quiet, on the chosen speaker, and lets go of the audio at its end', async () => {
    vi.useFakeTimers();
    const notes: { frequency: { value: number } }[] = [];
    const loudness: number[] = [];
    const context = {
      destination: {},
      currentTime: 0,
      setSinkId: vi.fn(async () => undefined),
      close: vi.fn(async () => undefined),
      createGain: () => ({
        connect: () => undefined,
        gain: {
          value: 1,
          setValueAtTime: () => undefined,
          linearRampToValueAtTime: (to: number) => loudness.push(to),
        },
      }),
      createOscillator: () => {
        const note = {
          frequency: { value: 0 },
          connect: () => undefined,
          start: () => undefined,
          stop: () => undefined,
        };
        notes.push(note);
        return note;
      },
    };
    vi.stubGlobal(
      'AudioContext',
      vi.fn(function AudioContext() {
        return context;
      }),
    );
    await playComing('went', 'headset');
    expect(context.setSinkId).toHaveBeenCalledWith('headset');
    const [first, second] = notes.map(({ frequency }) => frequency.value);
    expect(first).toBeGreaterThan(second ?? 0);
    expect(Math.max(...loudness)).toBeLessThanOrEqual(0.1);
    expect(context.close).not.toHaveBeenCalled();
    // Also where it never plays, as during a phone call: else all would sound at once after it.
    await vi.advanceTimersByTimeAsync(2_000);
    expect(context.close).toHaveBeenCalledOnce();
  });
});
