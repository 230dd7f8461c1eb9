/** What every part of the call screen works with. */
import type { LocalMedia } from '../local-media.ts';
import type { Recorder } from '../recorder.ts';
import type { Session } from '../session.ts';
import type { ShownReadings } from './shown-readings.ts';
import type { TileMedia } from './tile.tsx';

export interface CallProps {
  readonly session: Session;
  readonly media: LocalMedia;
}

/** A call's parts that also have something to say for a moment. */
export interface CallContext extends CallProps {
  /** What was seen of the room since we came. */
  readonly recorder: Recorder;
  /** Shows a sentence for some seconds. */
  readonly toast: (words: string) => void;
  readonly copyLink: () => void;
  /** What of the others' readings is wanted on this screen. */
  readonly shown: ShownReadings;
}

export const CONNECTING: TileMedia = {
  stream: null,
  connection: 'connecting',
  audio: true,
  video: true,
  speaking: false,
  quality: null,
};

/** Whether somebody's microphone and camera are on, ours or theirs. */
export function devicesOf(
  { session, media }: CallProps,
  participant: string,
): Pick<TileMedia, 'audio' | 'video'> {
  if (participant !== session.room.value.self) {
    return session.remotes.value.get(participant) ?? CONNECTING;
  }
  return { audio: media.microphone.value.on, video: media.camera.value.track !== null };
}

/** Tells whose camera is on. */
export function hasVideo(call: CallProps): (participant: string) => boolean {
  return (participant) => devicesOf(call, participant).video;
}

/** Whether nobody else is in the room, as far as anybody can know. */
export function isAlone({ room, hub }: Session): boolean {
  return room.value.listed && room.value.people.size === 1 && hub.value === 'connected';
}
