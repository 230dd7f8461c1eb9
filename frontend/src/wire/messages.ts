/** Guards for the hub's messages: a message of `contract.ts`, or null for anything else. */
import {
  type Anonymous,
  type Appearance,
  type Box,
  CONSENT_SCOPES,
  type ConsentScope,
  type Corrected,
  DOOR_STATES,
  type DoorChange,
  EXPRESSIONS,
  type Expression,
  type Face,
  type HubMessage,
  type JsonObject,
  type Knock,
  type Participant,
  type Reading,
  ROOM_MODES,
  type RoomMode,
  UNREAD_REASONS,
  type Unread,
} from './contract.ts';
import { isFraction, isFrame, isRandomId, isText, isTime, list, parseObject } from './guards.ts';

/** The single argument of a hub message, or null if it does not fit `target`. */
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
    case 'door': {
      const body = parseDoor(argument);
      return body && { target, body };
    }
    case 'knocked': {
      const body = parseKnock(argument);
      return body && { target, body };
    }
    case 'host': {
      const { participant, host } = parseObject(argument) ?? {};
      return isRandomId(participant) && typeof host === 'boolean'
        ? { target, body: { participant, host } }
        : null;
    }
    case 'mute':
    case 'capture': {
      const by = parseObject(argument)?.['by'];
      return isRandomId(by) ? { target, body: { by } } : null;
    }
    case 'joined': {
      const body = parseParticipant(argument);
      return body && { target, body };
    }
    case 'left':
    case 'removed':
    case 'answered':
    case 'paused':
    case 'away':
    case 'back': {
      const participant = parseObject(argument)?.['participant'];
      return isRandomId(participant) ? { target, body: { participant } } : null;
    }
    case 'resumed': {
      const it = parseObject(argument);
      const scope = it && parseScope(it);
      const participant = it?.['participant'];
      return scope && isRandomId(participant) ? { target, body: { participant, scope } } : null;
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

function parseDoor(value: unknown): DoorChange | null {
  const it = parseObject(value);
  const door = DOOR_STATES.find((known) => known === it?.['door']);
  const by = it?.['by'];
  if (!door || !(by === undefined || isRandomId(by))) return null;
  return by === undefined ? { door } : { door, by };
}

export function parseKnock(value: unknown): Knock | null {
  const it = parseObject(value);
  return it && isRandomId(it['participant']) && isText(it['name'])
    ? { participant: it['participant'], name: it['name'] }
    : null;
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
  const scope = parseScope(it);
  if (!scope) return null;
  const { participant, name, consent } = it;
  const away = it['away'] === true;
  const host = it['host'] === true;
  return {
    participant,
    name,
    consent,
    ...(consent && { scope }),
    ...(away && { away }),
    ...(host && { host }),
  };
}

/** The scope of consent; functions of an earlier release leave it out, and mean everybody. */
function parseScope(it: JsonObject): ConsentScope | null {
  const scope = 'scope' in it ? it['scope'] : 'everybody';
  return CONSENT_SCOPES.find((known) => known === scope) ?? null;
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
