/** Guards for the functions' answers: a value of `contract.ts`, or null for anything else. */
import {
  type CreatedRoom,
  DOOR_STATES,
  type ErrorBody,
  type Heartbeat,
  type HubAccess,
  type IceServer,
  type Joined,
  type Roster,
  type UploadTicket,
  type VideoToken,
  type Waiting,
} from './contract.ts';
import { isFrame, isRandomId, isText, isTime, list, parseObject, textOrNull } from './guards.ts';
import { parseKnock, parseMode, parseParticipant } from './messages.ts';

export function parseCreatedRoom(value: unknown): CreatedRoom | null {
  const it = parseObject(value);
  return it && isRandomId(it['room']) && isText(it['hostSecret'])
    ? { room: it['room'], hostSecret: it['hostSecret'] }
    : null;
}

function parseJoined(value: unknown): Joined | null {
  const it = parseObject(value);
  if (!it || !isRandomId(it['participant']) || !isText(it['ticket'])) return null;
  if (!isText(it['name'])) return null;
  if (!isTime(it['expiresAt']) || typeof it['host'] !== 'boolean' || !isTime(it['capacity'])) {
    return null;
  }
  return {
    participant: it['participant'],
    name: it['name'],
    ticket: it['ticket'],
    expiresAt: it['expiresAt'],
    host: it['host'],
    capacity: it['capacity'],
  };
}

function parseWaiting(value: unknown): Waiting | null {
  const it = parseObject(value);
  if (!it || !isRandomId(it['participant']) || !isText(it['ticket'])) return null;
  if (!isTime(it['expiresAt']) || it['waiting'] !== true) return null;
  const { participant, ticket, expiresAt } = it;
  return { participant, ticket, expiresAt, waiting: true };
}

/** A seat, or the wait for one at a closed door. */
export function parseEntrance(value: unknown): Joined | Waiting | null {
  return parseJoined(value) ?? parseWaiting(value);
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
  const it = parseObject(value);
  const participants = list(it?.['participants'], parseParticipant);
  const mode = parseMode(value);
  // Functions of an earlier release have no door.
  const door = DOOR_STATES.find((known) => known === (it?.['door'] ?? 'open'));
  const waiting = list(it?.['waiting'] ?? [], parseKnock);
  if (!it || !participants || !mode || !door || !waiting) return null;
  return { participants, ...mode, door, ...('waiting' in it && { waiting }) };
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

/** The answer to a reading that the page sent: its frame. */
export function parseToldFrame(value: unknown): { readonly frame: string } | null {
  const frame = parseObject(value)?.['frame'];
  return isFrame(frame) ? { frame } : null;
}

export function parseErrorBody(value: unknown): ErrorBody | null {
  const it = parseObject(value);
  if (!it || !isText(it['error']) || !isText(it['message'])) return null;
  const { error, message, retryAfter } = it;
  return isTime(retryAfter) ? { error, message, retryAfter } : { error, message };
}

/** For answers without content: their status is enough. */
export function accepted(): true {
  return true;
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
