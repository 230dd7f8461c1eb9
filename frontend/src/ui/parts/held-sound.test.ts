// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { forget, play, soundHeldBack, turnSoundOn } from './held-sound.ts';

/** A video element of a browser that lets be heard only what is muted, until it is `pressed`. */
class Video {
  static pressed = false;
  /** Where power is saved, what is muted has to wait, too. */
  static savesPower = false;
  muted = false;
  moves = false;
  play = vi.fn(async () => {
    if (!Video.pressed && (Video.savesPower || !this.muted))
      throw new DOMException('no', 'NotAllowedError');
    this.moves = true;
  });
  readonly element = this as unknown as HTMLMediaElement;
}

afterEach(() => {
  Video.pressed = false;
  Video.savesPower = false;
});

describe('sound that the browser holds back', () => {
  it('is silent with a picture that moves, until somebody turns it on', async () => {
    const [zoe, kim] = [new Video(), new Video()];
    await Promise.all([play(zoe.element), play(kim.element)]);
    expect(soundHeldBack.value).toBe(true);
    expect([zoe.muted, kim.muted]).toEqual([true, true]);
    expect(zoe.play).toHaveBeenCalledTimes(2);
    Video.pressed = true;
    await turnSoundOn();
    expect(soundHeldBack.value).toBe(false);
    expect([zoe.muted, kim.muted]).toEqual([false, false]);
  });

  it('is offered again where turning it on was refused, and no more when the person has gone', async () => {
    const zoe = new Video();
    await play(zoe.element);
    await turnSoundOn();
    expect([soundHeldBack.value, zoe.muted]).toEqual([true, true]);
    forget(zoe.element);
    expect(soundHeldBack.value).toBe(false);
  });

  it('is not missed where there is none, nor where a stream gave way to another', async () => {
    Video.savesPower = true;
    const own = new Video();
    own.muted = true;
    await play(own.element);
    const zoe = new Video();
    zoe.play = vi.fn(async () => {
      throw new DOMException('another', 'AbortError');
    });
    await play(zoe.element);
    expect([soundHeldBack.value, zoe.muted]).toEqual([false, false]);
  });
});

describe('a picture that stands still, since power is saved', () => {
  it.each(['click', 'keydown'])(
    'moves from the next %s on, its sound being held back',
    async (press) => {
      Video.savesPower = true;
      const [screen, zoe] = [new Video(), new Video()];
      screen.muted = true;
      await Promise.all([play(screen.element), play(zoe.element)]);
      expect([screen.moves, zoe.moves]).toEqual([false, false]);
      Video.pressed = true;
      dispatchEvent(new Event(press));
      await vi.waitFor(() => expect([screen.moves, zoe.moves]).toEqual([true, true]));
      expect([soundHeldBack.value, zoe.muted]).toEqual([true, true]);
      await turnSoundOn();
      expect(zoe.muted).toBe(false);
    },
  );

  it('waits again where a press did not help, and no more when its person has gone', async () => {
    Video.savesPower = true;
    const zoe = new Video();
    zoe.muted = true;
    await play(zoe.element);
    dispatchEvent(new Event('click'));
    await vi.waitFor(() => expect(zoe.play).toHaveBeenCalledTimes(2));
    await Promise.resolve();
    dispatchEvent(new Event('click'));
    await vi.waitFor(() => expect(zoe.play).toHaveBeenCalledTimes(3));
    await Promise.resolve();
    forget(zoe.element);
    dispatchEvent(new Event('click'));
    expect(zoe.play).toHaveBeenCalledTimes(3);
  });
});
