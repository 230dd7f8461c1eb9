/**
 * The messages between the browser and the functions: words, limits and types.
 *
 * Mirrors `functions/contract.py` and `functions/roster.py`; both sides are tested against
 * `tests/contract/*.json`. `messages.ts` and `answers.ts` turn incoming JSON into these types. Times are
 * milliseconds since the Unix epoch.
 */
import type { components, webhooks } from './openapi.d.ts';

/** What the functions answer and the hub sends, from docs/openapi.yaml. */
type Schemas = components['schemas'];

/** The eight facial expressions of a reading. */
export const EXPRESSIONS = [
  'anger',
  'contempt',
  'disgust',
  'fear',
  'happiness',
  'neutral',
  'sadness',
  'surprise',
] as const;
export type Expression = (typeof EXPRESSIONS)[number];

/** Why a frame gave no reading. */
export const UNREAD_REASONS = [
  'no-face',
  'unreadable',
  'too-large',
  'late',
  'too-small',
  'too-dark',
  'blurred',
  'turned-away',
  'cut-off',
  'reader-unavailable',
] as const;
export type UnreadReason = (typeof UNREAD_REASONS)[number];

/** Who is shown a participant's readings: everybody in the room, or only that participant. */
export const ROOM_MODES = ['open', 'room-only'] as const;
export type RoomMode = (typeof ROOM_MODES)[number];

/** How far a reading may go, as its person agreed: only into the room's look, or by name to everybody. */
export const CONSENT_SCOPES = ['room-only', 'everybody'] as const;
export type ConsentScope = (typeof CONSENT_SCOPES)[number];

/** The ways of reading of a deployment: both, as each person chooses, or only one. */
export const WAYS = ['choice', 'service', 'device'] as const;
export type Ways = (typeof WAYS)[number];

/** This `reader` means that the participant's own browser made the reading. */
export const DEVICE = 'device';
/** The most faces of a reading: the largest ones. */
export const FACES_MAX = 8;
/** Whether a person with the link gets a seat at once, or waits for a host. */
export const DOOR_STATES = ['open', 'closed'] as const;
export type DoorState = (typeof DOOR_STATES)[number];

/** How many people must agree before the room is sent nameless faces. */
export const ANONYMOUS_FROM = 3;
/** The longest name the functions accept, in characters. */
export const NAME_MAX_LENGTH = 60;
/** The names of a frame's metadata, which its page sets. */
export const FRAME_METADATA = {
  capturedAt: 'capturedat',
  mode: 'mode',
  correction: 'correction',
} as const;
/** The most upload tickets one request may ask for. */
export const UPLOADS_MAX = 8;

/** A face's rectangle in fractions of the captured (unmirrored) image, origin top left. */
export type Box = Schemas['Box'];

/** One face of a frame. `ownWord` means that its person chose the expression; absent means read. */
export type Face = Schemas['Face'];

/**
 * How a face looks. `scores` sum to 1; `confidence` is the score of `expression`. `unsure` means that
 * no expression is likely enough to be shown; absent means sure.
 */
export type Appearance = Omit<Face, 'box' | 'ownWord'>;

/** What a frame's faces look like. `frame` sorts as text in time order. */
export type Reading = Schemas['Reading'];

/** A frame that gave no reading. */
export type Unread = Schemas['Unread'];

/** A person's own word in place of their frame's reading. */
export type Corrected = Schemas['Corrected'];

/** A nameless face in the room. Only a correction repeats its id `face`. */
export type Anonymous = Schemas['Anonymous'];

/** One person in a room, as the others may see them. */
export type Participant = Schemas['Participant'];

/** JSON from one participant to another, relayed by the functions; its meaning is the call's. */
export type Signal = Schemas['Signal'];

export type JsonObject = Readonly<Record<string, unknown>>;

/** The body for a device's reading: faces and their age in ms, or why there are none. */
export type ToldReading = Schemas['ToldReading'] | Schemas['ToldUnread'];

/** Everything the hub sends; `target` says which message it is. */
export type HubMessage = {
  readonly [Target in keyof webhooks]: {
    readonly target: Target;
    readonly body: webhooks[Target]['post']['requestBody']['content']['application/json'];
  };
}[keyof webhooks];

/** The door, and the host who opened or closed it; without one it opened because no host is here. */
export type DoorChange = Schemas['DoorChange'];

/** A person who waits at the door, as sent to hosts. */
export type Knock = Schemas['Knock'];

export const HUB_TARGETS = [
  'reading',
  'unread',
  'corrected',
  'anonymous',
  'mode',
  'door',
  'knocked',
  'answered',
  'removed',
  'host',
  'mute',
  'capture',
  'joined',
  'left',
  'paused',
  'resumed',
  'away',
  'back',
  'signal',
] as const satisfies readonly HubMessage['target'][];

/** A new room: its id, and the secret that makes its creator a host. */
export type CreatedRoom = Schemas['CreatedRoom'];

/** The answer to joining: who we are, and the ticket that every other route needs. */
export type Joined = Schemas['Joined'];

/** The answer at a closed door: a ticket for asking again. */
export type Waiting = Schemas['Waiting'];

/** How to reach the others' media: directly, or through OpenTok's servers. */
export type VideoToken = MeshToken | OpenTokToken;

/** With the lists as the browser takes them. */
export interface MeshToken {
  readonly provider: 'mesh';
  readonly iceServers: readonly IceServer[];
  readonly expiresAt: number;
}

export type OpenTokToken = Schemas['OpenTokToken'];

export interface IceServer {
  readonly urls: string | string[];
  readonly username?: string;
  readonly credential?: string;
}

/** Where the hub is and the token that opens it. */
export type HubAccess = Schemas['HubAccess'];

/** Who is in the room, its mode and its door. */
export type Roster = Schemas['Roster'];

/** A roster with our renewed ticket. */
export type Heartbeat = Schemas['Heartbeat'];

/** Permission to create exactly one blob at `url` until `expiresAt`. */
export type UploadTicket = Schemas['UploadTicket'];

/**
 * The body of every refused request: a stable code, and a text that says what to do. `retryAfter` is
 * the seconds after which another try may help.
 */
export type ErrorBody = Schemas['Refusal'];
