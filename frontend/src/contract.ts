/**
 * What travels between the browser and the functions, and the guards that turn incoming JSON into it.
 *
 * Mirrors `functions/contract.py`; both are tested against `tests/contract/*.json`. A guard answers
 * the typed value, or null for anything else. Times are milliseconds since the Unix epoch.
 */
import type { components } from './openapi.d.ts';

/** What the functions answer, from docs/openapi.yaml. */
type Schemas = components['schemas'];

/** The eight facial expressions a reading tells apart. */
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
  'reader-unavailable',
] as const;
export type UnreadReason = (typeof UNREAD_REASONS)[number];

/** Who is shown what is read of somebody: everybody here, or, beside themselves, nobody. */
export const ROOM_MODES = ['open', 'room-only'] as const;
export type RoomMode = (typeof ROOM_MODES)[number];

/** How many people must be read before anything is told of the room without names. */
export const ANONYMOUS_FROM = 3;
/** The longest name the functions accept, in characters. */
export const NAME_MAX_LENGTH = 60;
/** The most upload tickets one request may ask for. */
export const UPLOADS_MAX = 8;

/** A face's rectangle in fractions of the captured (unmirrored) image, origin top left. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * How a face looks. `scores` sum to 1; `confidence` is the score of `expression`. `unsure` when
 * the reader finds no expression likely enough to be shown as one; absent means sure.
 */
export interface Appearance {
  readonly scores: Readonly<Record<Expression, number>>;
  readonly expression: Expression;
  readonly confidence: number;
  readonly unsure?: boolean;
}

/** One face of a frame. `ownWord` when the expression is what its person said; absent means read. */
export interface Face extends Appearance {
  readonly box: Box;
  readonly ownWord?: boolean;
}

/** What a frame's faces look like. `frame` sorts as text in time order. */
export interface Reading {
  readonly participant: string;
  readonly frame: string;
  readonly capturedAt: number;
  readonly readAt: number;
  readonly faces: readonly Face[];
  readonly reader: string;
}

/** A frame that gave no reading. */
export interface Unread {
  readonly participant: string;
  readonly frame: string;
  readonly reason: UnreadReason;
}

/** What somebody says of themselves in place of what was read of their frame. */
export interface Corrected {
  readonly participant: string;
  readonly frame: string;
  readonly expression: Expression;
}

/** How some face in the room looks, nobody is told whose. `face` is said once, or corrected. */
export interface Anonymous extends Appearance {
  readonly face: string;
  readonly unsure: boolean;
}

/** One person in a room, as the others may see them. */
export type Participant = Schemas['Participant'];

/** JSON from one participant to another, relayed by the functions; its meaning is the call's. */
export interface Signal {
  readonly from: string;
  readonly payload: JsonObject;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Everything the hub sends, told apart by `target`. */
export type HubMessage =
  | { readonly target: 'reading'; readonly body: Reading }
  | { readonly target: 'unread'; readonly body: Unread }
  | { readonly target: 'corrected'; readonly body: Corrected }
  | { readonly target: 'anonymous'; readonly body: Anonymous }
  | { readonly target: 'mode'; readonly body: { readonly mode: RoomMode } }
  | { readonly target: 'capture'; readonly body: { readonly by: string } }
  | { readonly target: 'joined'; readonly body: Participant }
  | { readonly target: 'left' | 'paused' | 'resumed'; readonly body: ParticipantId }
  | { readonly target: 'signal'; readonly body: Signal };

export interface ParticipantId {
  readonly participant: string;
}

export const HUB_TARGETS = [
  'reading',
  'unread',
  'corrected',
  'anonymous',
  'mode',
  'capture',
  'joined',
  'left',
  'paused',
  'resumed',
  'signal',
] as const satisfies readonly HubMessage['target'][];

/** A new room: `room` is the invitation, `hostSecret` proves who made it. */
export type CreatedRoom = Schemas['CreatedRoom'];

/** The answer to joining: who we are, and the ticket every other route wants. */
export type Joined = Schemas['Joined'];

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

/** Who is in the room, and who is shown what. */
export type Roster = Schemas['Roster'];

/** A roster with our renewed ticket. */
export type Heartbeat = Schemas['Heartbeat'];

/** Leave to create exactly one blob at `url` until `expiresAt`. */
export type UploadTicket = Schemas['UploadTicket'];

/**
 * The body of every refused request: a stable code and words that say what to do. `retryAfter` is
 * the seconds after which asking again may help.
 */
export type ErrorBody = Schemas['Refusal'];

/** The page's own settings, served beside it. */
export interface Config {
  /** Where the functions are; empty when they share the page's origin. */
  readonly api: string;
  /** The pictures of a demonstration participant; none where none is offered. */
  readonly demonstration: readonly string[];
}

const RANDOM_ID = /^[A-Za-z0-9_-]{22}$/;
const FRAME = /^[0-9]{13}$/;

/** Whether `value` has the form of a room or participant id. */
export function isRandomId(value: unknown): value is string {
  return typeof value === 'string' && RANDOM_ID.test(value);
}

/** A plain JSON object, or null. */
export function parseObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : null;
}

/** One hub message's single argument, or null when it is not what `target` promises. */
export function parseHubMessage(target: string, argument: unknown): HubMessage | null {
  switch (target) {
    case 'reading': {
      const body = parseReading(argument);
      return body && { target, body };
    }
    case 'unread': {
      const body = parseUnread(argument);
      return body && { target, body };
    }
    case 'corrected': {
      const body = parseCorrected(argument);
      return body && { target, body };
    }
    case 'anonymous': {
      const body = parseAnonymous(argument);
      return body && { target, body };
    }
    case 'mode': {
      const body = parseMode(argument);
      return body && { target, body };
    }
    case 'capture': {
      const by = parseObject(argument)?.['by'];
      return isRandomId(by) ? { target, body: { by } } : null;
    }
    case 'joined': {
      const body = parseParticipant(argument);
      return body && { target, body };
    }
    case 'left':
    case 'paused':
    case 'resumed': {
      const participant = parseObject(argument)?.['participant'];
      return isRandomId(participant) ? { target, body: { participant } } : null;
    }
    case 'signal': {
      const from = parseObject(argument)?.['from'];
      const payload = parseObject(parseObject(argument)?.['payload']);
      return isRandomId(from) && payload ? { target, body: { from, payload } } : null;
    }
    default:
      return null;
  }
}

export function parseReading(value: unknown): Reading | null {
  const it = parseObject(value);
  const faces = list(it?.['faces'], parseFace);
  if (!it || !faces || !isRandomId(it['participant']) || !isFrame(it['frame'])) return null;
  if (!isTime(it['capturedAt']) || !isTime(it['readAt']) || !isText(it['reader'])) return null;
  return {
    participant: it['participant'],
    frame: it['frame'],
    capturedAt: it['capturedAt'],
    readAt: it['readAt'],
    faces,
    reader: it['reader'],
  };
}

export function parseUnread(value: unknown): Unread | null {
  const it = parseObject(value);
  const reason = UNREAD_REASONS.find((known) => known === it?.['reason']);
  if (!it || !reason || !isRandomId(it['participant']) || !isFrame(it['frame'])) return null;
  return { participant: it['participant'], frame: it['frame'], reason };
}

export function parseMode(value: unknown): { readonly mode: RoomMode } | null {
  const mode = ROOM_MODES.find((known) => known === parseObject(value)?.['mode']);
  return mode ? { mode } : null;
}

function parseCorrected(value: unknown): Corrected | null {
  const it = parseObject(value);
  const expression = EXPRESSIONS.find((known) => known === it?.['expression']);
  if (!it || !expression || !isRandomId(it['participant']) || !isFrame(it['frame'])) return null;
  return { participant: it['participant'], frame: it['frame'], expression };
}

function parseAnonymous(value: unknown): Anonymous | null {
  const face = parseObject(value)?.['face'];
  const appearance = parseAppearance(value);
  const unsure = appearance?.unsure;
  if (!appearance || unsure === undefined || !isRandomId(face)) return null;
  return { face, ...appearance, unsure };
}

export function parseParticipant(value: unknown): Participant | null {
  const it = parseObject(value);
  if (!it || !isRandomId(it['participant']) || !isText(it['name'])) return null;
  if (typeof it['consent'] !== 'boolean') return null;
  return { participant: it['participant'], name: it['name'], consent: it['consent'] };
}

export function parseCreatedRoom(value: unknown): CreatedRoom | null {
  const it = parseObject(value);
  return it && isRandomId(it['room']) && isText(it['hostSecret'])
    ? { room: it['room'], hostSecret: it['hostSecret'] }
    : null;
}

export function parseJoined(value: unknown): Joined | null {
  const it = parseObject(value);
  if (!it || !isRandomId(it['participant']) || !isText(it['ticket'])) return null;
  if (!isTime(it['expiresAt']) || typeof it['host'] !== 'boolean' || !isTime(it['capacity'])) {
    return null;
  }
  return {
    participant: it['participant'],
    ticket: it['ticket'],
    expiresAt: it['expiresAt'],
    host: it['host'],
    capacity: it['capacity'],
  };
}

export function parseVideoToken(value: unknown): VideoToken | null {
  const it = parseObject(value);
  if (!it || !isTime(it['expiresAt'])) return null;
  const { provider, expiresAt } = it;
  if (provider === 'mesh') {
    const iceServers = list(it['iceServers'], parseIceServer);
    return iceServers && { provider, iceServers, expiresAt };
  }
  const { apiKey, sessionId, token } = it;
  return provider === 'opentok' && isText(apiKey) && isText(sessionId) && isText(token)
    ? { provider, apiKey, sessionId, token, expiresAt }
    : null;
}

export function parseHubAccess(value: unknown): HubAccess | null {
  const it = parseObject(value);
  return it && isText(it['url']) && isText(it['accessToken'])
    ? { url: it['url'], accessToken: it['accessToken'] }
    : null;
}

export function parseRoster(value: unknown): Roster | null {
  const participants = list(parseObject(value)?.['participants'], parseParticipant);
  const mode = parseMode(value);
  return participants && mode && { participants, ...mode };
}

export function parseHeartbeat(value: unknown): Heartbeat | null {
  const it = parseObject(value);
  const roster = parseRoster(value);
  if (!it || !roster || !isText(it['ticket']) || !isTime(it['expiresAt'])) return null;
  return { ...roster, ticket: it['ticket'], expiresAt: it['expiresAt'] };
}

export function parseUploadTickets(value: unknown): readonly UploadTicket[] | null {
  return list(parseObject(value)?.['uploads'], parseUploadTicket);
}

export function parseErrorBody(value: unknown): ErrorBody | null {
  const it = parseObject(value);
  if (!it || !isText(it['error']) || !isText(it['message'])) return null;
  const { error, message, retryAfter } = it;
  return isTime(retryAfter) ? { error, message, retryAfter } : { error, message };
}

export function parseConfig(value: unknown): Config | null {
  const it = parseObject(value);
  const demonstration = list(it?.['demonstration'] ?? [], textOrNull);
  const api = it?.['api'];
  return typeof api === 'string' && demonstration ? { api, demonstration } : null;
}

function parseUploadTicket(value: unknown): UploadTicket | null {
  const it = parseObject(value);
  if (!it || !isFrame(it['frame']) || !isText(it['url']) || !isTime(it['expiresAt'])) return null;
  return { frame: it['frame'], url: it['url'], expiresAt: it['expiresAt'] };
}

function parseIceServer(value: unknown): IceServer | null {
  const it = parseObject(value);
  const urls = isText(it?.['urls']) ? it['urls'] : list(it?.['urls'], textOrNull);
  if (!it || !urls) return null;
  const { username, credential } = it;
  return {
    urls: typeof urls === 'string' ? urls : [...urls],
    ...(isText(username) && { username }),
    ...(isText(credential) && { credential }),
  };
}

function parseFace(value: unknown): Face | null {
  const it = parseObject(value);
  const box = parseBox(it?.['box']);
  const appearance = parseAppearance(value);
  if (!it || !box || !appearance) return null;
  const ownWord = it['ownWord'];
  if (ownWord === undefined) return { box, ...appearance };
  return typeof ownWord === 'boolean' ? { box, ...appearance, ownWord } : null;
}

function parseAppearance(value: unknown): Appearance | null {
  const it = parseObject(value);
  const scores = parseScores(it?.['scores']);
  const expression = EXPRESSIONS.find((known) => known === it?.['expression']);
  if (!it || !scores || !expression || !isFraction(it['confidence'])) return null;
  const { confidence, unsure } = it;
  if (unsure === undefined) return { scores, expression, confidence };
  return typeof unsure === 'boolean' ? { scores, expression, confidence, unsure } : null;
}

function parseBox(value: unknown): Box | null {
  const it = parseObject(value);
  if (!it || !isFraction(it['x']) || !isFraction(it['y'])) return null;
  if (!isFraction(it['width']) || !isFraction(it['height'])) return null;
  return { x: it['x'], y: it['y'], width: it['width'], height: it['height'] };
}

function parseScores(value: unknown): Record<Expression, number> | null {
  const it = parseObject(value);
  if (!it || !EXPRESSIONS.every((expression) => isFraction(it[expression]))) return null;
  return Object.fromEntries(
    EXPRESSIONS.map((expression) => [expression, it[expression]]),
  ) as Record<Expression, number>;
}

function list<T>(value: unknown, parse: (item: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(value)) return null;
  const items = value.map(parse);
  return items.some((item) => item === null) ? null : (items as T[]);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

function textOrNull(value: unknown): string | null {
  return isText(value) ? value : null;
}

function isFrame(value: unknown): value is string {
  return typeof value === 'string' && FRAME.test(value);
}

function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
