/** What every part of the call screen works with. */
import type { Signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import type { RemoteMedia } from '../../call/call.ts';
import type { LocalMedia } from '../../devices/local-media.ts';
import type { Recorder } from '../../past/recorder.ts';
import type { Problem } from '../../stay/problems.ts';
import type { Stay } from '../../stay/stay.ts';
import type { ShownReadings } from './shown-readings.ts';

/** Our stay in the room, and our camera and microphone. */
export interface CallProps {
  readonly stay: Stay;
  readonly media: LocalMedia;
}

/** One entry of the menu *More*. */
export interface MenuItem {
  readonly words: string;
  readonly Icon: FunctionComponent;
  readonly act: () => void;
}

/** A call's parts that also have something to say for a moment. */
export interface CallContext extends CallProps {
  /** What was seen of the room since we came. */
  readonly recorder: Recorder;
  /** Shows a sentence for some seconds. */
  readonly toast: (words: string) => void;
  readonly copyLink: () => void;
  /** What the menu offers beside the panels and the link. */
  readonly menu: Signal<readonly MenuItem[]>;
  /** Opens the choice of who reads, where the lobby could not; null or absent if there is none. */
  readonly onWay?: (() => Promise<void>) | null;
  /** What of the others' readings is wanted on this screen. */
  readonly shown: ShownReadings;
}

/** What a tile shows of somebody's media, whether it is ours or theirs. */
export interface TileMedia extends Omit<RemoteMedia, 'stream' | 'connection' | 'screen'> {
  readonly stream: MediaStream | null;
  readonly connection: RemoteMedia['connection'];
}

/** The media of somebody who is not connected yet. */
export const CONNECTING: TileMedia = {
  stream: null,
  connection: 'connecting',
  audio: true,
  video: true,
  speaking: false,
  quality: null,
};

/** What a tile shows of somebody whose media is not there: it is coming, or a problem says why not. */
export function mediaOf({ stay }: Pick<CallProps, 'stay'>, participant: string): TileMedia {
  const media = stay.remotes.value.get(participant) ?? CONNECTING;
  const hopeless = [...stay.problems.value].some((problem) => HOPELESS.includes(problem));
  return hopeless && media.connection === 'connecting'
    ? { ...media, connection: 'unreachable' }
    : media;
}

/** Problems with which no video comes before somebody does something. */
const HOPELESS: readonly Problem[] = [
  'hub-blocked',
  'video-refused',
  'video-unreachable',
  'video-full',
  'video-unsupported',
];

/** Whether somebody's microphone and camera are on, ours or theirs. */
export function devicesOf(
  { stay, media }: CallProps,
  participant: string,
): Pick<TileMedia, 'audio' | 'video'> {
  if (participant !== stay.room.value.self) {
    return stay.remotes.value.get(participant) ?? CONNECTING;
  }
  const { microphone, camera } = media;
  return {
    audio: microphone.value.on && microphone.value.problem !== 'muted',
    video: camera.value.track !== null && camera.value.problem !== 'muted',
  };
}

/** Tells whose camera is on. */
export function hasVideo(call: CallProps): (participant: string) => boolean {
  return (participant) => devicesOf(call, participant).video;
}

/** Whether nobody else is in the room, as far as anybody can know. */
export function isAlone({ room, hub }: Stay): boolean {
  return room.value.listed && room.value.people.size === 1 && hub.value === 'connected';
}
