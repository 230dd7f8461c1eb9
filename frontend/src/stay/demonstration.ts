/** A demonstration participant: photographs on a canvas that join a call like anybody's camera. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Device } from '../devices/local-media.ts';
import type { Invitation, StayPorts } from './ports.ts';
import { Stay } from './stay.ts';

const WIDTH = 640; // px
const HEIGHT = 480; // px
const FRAME_RATE = 10; // a second; photographs need no more
const SHOWN_FOR = 8_000; // ms for each photograph: a few readings
// ms after the last one without a face, which is read too: longer than a face is remembered as it looked
const NOBODY_FOR = 6_000;
// ms after a new picture at which it is captured: once it is in the video, and a second time, because
// two pictures in a row must agree before another expression is shown
const CAPTURED_AFTER = [400, 1_500];
const SWAY = 40; // px to each side, so that the emoji has something to follow
const SWAY_TIME = 12_000; // ms there and back
const BACKDROP = '#46505f';
const OFF: Device = { track: null, on: false, problem: null };

/** A demonstration in a call. It ends with `stop`, with its room, and with the page. */
export interface Demonstration {
  readonly participant: ReadonlySignal<string>;
  readonly ended: ReadonlySignal<boolean>;
  stop(): void;
}

/**
 * Joins the room with these photographs and agrees to be read: one after another, then no face.
 * Rejects with the `ApiError` of joining, or when a photograph cannot be loaded.
 */
export async function openDemonstration(
  pictures: readonly string[],
  ports: StayPorts,
  invitation: Pick<Invitation, 'room' | 'name'>,
): Promise<Demonstration> {
  const images = await Promise.all(pictures.map(load));
  let reached: Stay | undefined;
  let captures: ReturnType<typeof setTimeout>[] = [];
  const { track, stop: stopPainting } = paint(images, () => {
    captures = CAPTURED_AFTER.map((delay) => setTimeout(() => reached?.captureNow(), delay));
  });
  const stopShowing = () => {
    stopPainting();
    for (const timer of captures) clearTimeout(timer);
  };
  const camera = signal<Device>({ track, on: true, problem: null });
  const { screen: _, ...others } = ports;
  const media = { camera, microphone: signal(OFF) };
  const stay = await Stay.join({ ...others, media }, { ...invitation, consent: true }).catch(
    (error: unknown) => {
      stopShowing();
      throw error;
    },
  );
  reached = stay;
  const participant = signal(stay.room.value.self);
  const ended = signal(false);
  const sayGoodbye = () => stay.sayGoodbye();
  addEventListener('pagehide', sayGoodbye);
  const dispose = effect(() => {
    participant.value = stay.room.value.self;
    if (stay.ended.value === null || ended.peek()) return;
    removeEventListener('pagehide', sayGoodbye);
    stopShowing();
    ended.value = true;
  });
  return {
    participant,
    ended,
    stop: () => {
      stay.leave();
      dispose();
    },
  };
}

async function load(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** Paints the photographs in turn, and moves them unless motion is unwanted; reports each change. */
function paint(
  images: readonly HTMLImageElement[],
  onChange: () => void,
): {
  readonly track: MediaStreamTrack;
  stop(): void;
} {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { alpha: false });
  const track = canvas.captureStream(FRAME_RATE).getVideoTracks()[0];
  if (!context || !track) throw new Error('This browser cannot draw a camera picture.');
  const sways = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  const began = performance.now();
  let painted = images[0];
  const draw = () => {
    const time = performance.now() - began;
    const round = images.length * SHOWN_FOR + NOBODY_FOR;
    const image = images[Math.floor((time % round) / SHOWN_FOR)];
    if (image !== painted) onChange();
    painted = image;
    context.fillStyle = BACKDROP;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    if (!image) return;
    const sway = sways ? SWAY * Math.sin((2 * Math.PI * time) / SWAY_TIME) : 0;
    context.drawImage(image, (WIDTH - HEIGHT) / 2 + sway, 0, HEIGHT, HEIGHT);
  };
  draw();
  const timer = setInterval(draw, 1_000 / FRAME_RATE);
  return {
    track,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}
