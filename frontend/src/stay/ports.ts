import type { ReadonlySignal } from '@preact/signals';
import type { Call } from '../call/call.ts';
import type { LocalMedia } from '../devices/local-media.ts';
import type { FrameSource } from '../frame/line.ts';
import type { OwnReader, ReadingWay } from '../frame/way.ts';
import type { Api } from '../wire/api.ts';
import type { ConsentScope, VideoToken } from '../wire/contract.ts';
import type { HubPorts } from '../wire/hub.ts';
import type { RoomApi } from '../wire/room-api.ts';
import type { OpenHub } from './membership.ts';
import type { OwnReadings, OwnReadingsPorts } from './own-readings.ts';

/** Why a stay is over. */
export type EndReason =
  | 'left'
  | 'room-gone'
  | 'room-full'
  | 'removed'
  | 'refused'
  | 'knock-expired';

/** A person's choices when they join. */
export interface Invitation {
  readonly room: string;
  readonly name: string;
  readonly consent: boolean;
  /** How far the consent goes; absent means as far as the room's mode. */
  readonly scope?: ConsentScope;
  /** Whether we are read live; absent means yes. */
  readonly live?: boolean;
  readonly hostSecret?: string;
}

/** This browser's reader, with the code that handles its readings. */
export interface StayReader extends OwnReader {
  line(ports: Omit<OwnReadingsPorts, 'reader'>): OwnReadings;
}

/** What a `Stay` needs of the world. */
export interface StayPorts {
  readonly api: Api;
  readonly media: Pick<LocalMedia, 'camera' | 'microphone'> &
    Partial<Pick<LocalMedia, 'setMicrophone'>>;
  /** Our shared screen, sent to the others and never read; absent if there is none. */
  readonly screen?: ReadonlySignal<MediaStreamTrack | null>;
  readonly frames: FrameSource;
  /** Who reads our camera; absent or null if the service does. */
  readonly way?: ReadonlySignal<ReadingWay<StayReader> | null>;
  /** Whether the page is in view. */
  readonly visible: ReadonlySignal<boolean>;
  /** Whether the browser believes that there is a network; it may be wrong about this machine's own. */
  readonly online?: ReadonlySignal<boolean>;
  readonly openHub: (ports: HubPorts) => OpenHub;
  readonly openCall: (api: RoomApi, token: VideoToken) => Promise<Call>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}
