import type { ReadonlySignal } from '@preact/signals';
import type { Signal, VideoToken } from '../wire/contract.ts';

/** The state of one participant's media. For `unreachable`, a `CallProblem` says why. */
export type Connection = 'connecting' | 'connected' | 'reconnecting' | 'unreachable';

/** Why a call carries no media, or not our own media. */
export type CallProblem =
  | 'away'
  | 'refused'
  | 'unreachable'
  | 'blocked'
  | 'full'
  | 'unsupported'
  | 'device-denied'
  | 'device-missing'
  | 'device-busy'
  | 'failed';

/** The quality of the media we receive from one participant. */
export type Quality = 'good' | 'fair' | 'poor';

/** The media of one other participant; `audio` and `video` are false while they muted it. */
export interface RemoteMedia {
  readonly stream: MediaStream;
  readonly connection: Connection;
  readonly audio: boolean;
  readonly video: boolean;
  /** The screen they share, or null. It is shown, never read. */
  readonly screen: MediaStream | null;
  readonly speaking: boolean;
  /** Null while unknown. */
  readonly quality: Quality | null;
}

/** Our own media; the others see a track that is null, or switched off, as muted. */
export interface LocalTracks {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
  /** The screen we share, if any. */
  readonly screen?: MediaStreamTrack | null;
}

/** A video call's media, over any provider. Only the id distinguishes participants. */
export interface Call {
  /** Who carries the media. */
  readonly provider: VideoToken['provider'];
  /** The problem of the call as a whole; the call tries again until it works. */
  readonly problem: ReadonlySignal<CallProblem | null>;
  /** By participant id. */
  readonly remotes: ReadonlySignal<ReadonlyMap<string, RemoteMedia>>;
  /** Connects to participants who are not connected yet, and drops those that are not named. */
  setParticipants(others: ReadonlySet<string>): void;
  /** Sends these tracks from now on; call it again when one is switched on or off. */
  publish(tracks: LocalTracks): void;
  /**
   * Says how large this page shows the others' pictures, so that no more is sent than is seen: the
   * lines of each one's shorter side in CSS pixels, 0 for none. Who is not named is sent in full.
   */
  setShown(lines: ReadonlyMap<string, number>): void;
  /** Takes a message that another participant's `Call` sent through the functions. */
  receive(signal: Signal): void;
  /** The provider's ids of somebody's connections, also if `connect` did not name them; none in a mesh. */
  connectionsOf?(participant: string): readonly string[];
  /** Tries again at once. */
  retry(): void;
  /** Ends every connection; the tracks stay the caller's. */
  close(): void;
}
