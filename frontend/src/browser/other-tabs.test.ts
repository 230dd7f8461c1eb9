// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tellOtherTabs, watchOtherTabs } from './other-tabs.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.unstubAllGlobals();
});

/** A tab in the lobby of a room, and what it knows. */
function lobby(room: string) {
  const hear = vi.fn<(elsewhere: boolean) => void>();
  ends.push(watchOtherTabs(room, hear));
  return hear;
}

describe('a tab in the lobby', () => {
  it('hears of a tab that is in the same call, and of its leaving', async () => {
    const leave = tellOtherTabs('room');
    const [same, other] = [lobby('room'), lobby('another room')];
    await vi.waitFor(() => expect(same).toHaveBeenLastCalledWith(true));
    leave();
    await vi.waitFor(() => expect(same).toHaveBeenLastCalledWith(false));
    expect(other).not.toHaveBeenCalled();
  });

  it('hears of a tab that enters later', async () => {
    const hear = lobby('room');
    ends.push(tellOtherTabs('room'));
    await vi.waitFor(() => expect(hear).toHaveBeenLastCalledWith(true));
  });

  it('still knows of a second tab when the first has left', async () => {
    const leave = tellOtherTabs('room');
    ends.push(tellOtherTabs('room'));
    const hear = lobby('room');
    await vi.waitFor(() => expect(hear).toHaveBeenLastCalledWith(true));
    leave();
    await vi.waitFor(() => expect(hear.mock.calls.flat().slice(-2)).toEqual([false, true]));
  });

  it('hears nothing more of a tab that closes, and again of one that the browser brings back', async () => {
    const leave = tellOtherTabs('room');
    const hear = lobby('room');
    await vi.waitFor(() => expect(hear).toHaveBeenLastCalledWith(true));
    dispatchEvent(new Event('pagehide'));
    await vi.waitFor(() => expect(hear).toHaveBeenLastCalledWith(false));
    // Told that it is gone, the lobby asked for a third; the answer would be here by now.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(hear).toHaveBeenLastCalledWith(false);
    dispatchEvent(new Event('pageshow'));
    await vi.waitFor(() => expect(hear).toHaveBeenLastCalledWith(true));
    leave();
  });

  it.each([
    ['have none', undefined],
    [
      'forbid it with cookies',
      class {
        constructor() {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        }
      },
    ],
  ])('manages without a channel between tabs where browsers %s', (_, channel) => {
    vi.stubGlobal('BroadcastChannel', channel);
    ends.push(tellOtherTabs('room'));
    expect(lobby('room')).not.toHaveBeenCalled();
  });
});
