import { afterEach, describe, expect, it, vi } from 'vitest';
import { forget, play, soundHeldBack, turnSoundOn } from './held-sound.ts';

/** A video element of a browser that lets be heard only what is muted, until it is `pressed`. */
class Video {
  static pressed = false;
  muted = false;
  play = vi.fn(async () => {
    if (!Video.pressed && !this.muted) throw new DOMException('no', 'NotAllowedError');
  });
  readonly element = this as unknown as HTMLMediaElement;
}

afterEach(() => {
  Video.pressed = false;
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
    const own = new Video();
    own.muted = true;
    own.play = vi.fn(async () => {
      throw new DOMException('saving power', 'NotAllowedError');
    });
    await play(own.element);
    const zoe = new Video();
    zoe.play = vi.fn(async () => {
      throw new DOMException('another', 'AbortError');
    });
    await play(zoe.element);
    expect([soundHeldBack.value, zoe.muted]).toEqual([false, false]);
  });
});
