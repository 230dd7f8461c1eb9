import type { ReadonlySignal } from '@preact/signals';
import type { Signal, VideoToken } from '../contract.ts';

/** Where the media of one other participant stands. */
export type Connection = 'connecting' | 'connected' | 'reconnecting';

/** Why a call carries no media, or not ours. */
export type CallProblem =
  | 'away'
  | 'refused'
  | 'unreachable'
  | 'full'
  | 'unsupported'
  | 'device-denied'
  | 'device-missing'
  | 'device-busy'
  | 'failed';

/** How well somebody's media reaches us. */
export type Quality = 'good' | 'fair' | 'poor';

/** What we receive of one other participant; `audio` and `video` are false while they muted it. */
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

/** What we send; a track that is null, or switched off, is shown to the others as muted. */
export interface LocalTracks {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
  /** The screen we share, if any. */
  readonly screen?: MediaStreamTrack | null;
}

/** A video call's media, however it travels. Participants are told apart by id alone. */
export interface Call {
  /** Who carries the media. */
  readonly provider: VideoToken['provider'];
  /** What is wrong with the call as a whole; it is tried again until it is right. */
  readonly problem: ReadonlySignal<CallProblem | null>;
  /** By participant id. */
  readonly remotes: ReadonlySignal<ReadonlyMap<string, RemoteMedia>>;
  /** Connects to the participants not yet connected, and drops those not named. */
  setParticipants(others: ReadonlySet<string>): void;
  /** Sends these tracks from now on; call it again when one is switched on or off. */
  publish(tracks: LocalTracks): void;
  /** Takes what another participant's `Call` sent through the functions. */
  receive(signal: Signal): void;
  /** Tries what is wrong again at once. */
  retry(): void;
  /** Ends every connection; the tracks stay the caller's. */
  close(): void;
}
