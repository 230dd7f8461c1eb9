import { describe, expect, it } from 'vitest';
import http from '../../../tests/contract/http.json';
import messages from '../../../tests/contract/messages.json';
import releasedHttp from '../../../tests/contract/released/http.json';
import releasedMessages from '../../../tests/contract/released/messages.json';
import vocabulary from '../../../tests/contract/vocabulary.json';
import * as answers from './answers.ts';
import * as contract from './contract.ts';
import * as received from './messages.ts';

it('speaks the vocabulary shared with the functions', () => {
  const { corrections: _, ...shared } = vocabulary; // own-word.test.ts
  expect({
    expressions: contract.EXPRESSIONS,
    unreadReasons: contract.UNREAD_REASONS,
    roomModes: contract.ROOM_MODES,
    doorStates: contract.DOOR_STATES,
    consentScopes: contract.CONSENT_SCOPES,
    anonymousFrom: contract.ANONYMOUS_FROM,
    nameMaxLength: contract.NAME_MAX_LENGTH,
    uploadsMax: contract.UPLOADS_MAX,
    frameMetadata: contract.FRAME_METADATA,
    facesMax: contract.FACES_MAX,
    device: contract.DEVICE,
    ways: contract.WAYS,
  }).toEqual(shared);
});

/** What an answer may leave out: functions of an earlier release have no door. */
const OPTIONAL = new Set(['scope', 'retryAfter', 'door', 'waiting']);

describe('hub messages', () => {
  it('knows every message of the shared examples, and no other', () => {
    expect([...contract.HUB_TARGETS].sort()).toEqual(Object.keys(messages).sort());
    expect(received.parseHubMessage('applause', {})).toBeNull();
  });

  it.each(Object.entries(messages))('reads the shared example of %s unchanged', (target, body) => {
    expect(received.parseHubMessage(target, body)).toEqual({ target, body });
  });

  it.each(Object.entries(messages))('refuses %s with any field missing', (target, body) => {
    for (const field of Object.keys(body).filter(
      (key) => key !== 'scope' && (target !== 'door' || key !== 'by'),
    )) {
      const rest = Object.fromEntries(Object.entries(body).filter(([key]) => key !== field));
      expect(received.parseHubMessage(target, rest), field).toBeNull();
    }
  });

  it.each(Object.entries(messages))('refuses %s with any field of another type', (target, body) => {
    for (const field of Object.keys(body)) {
      for (const wrong of [null, [null], { a: 1 }, -1]) {
        if (target === 'signal' && field === 'payload' && !Array.isArray(wrong) && wrong) continue;
        expect(received.parseHubMessage(target, { ...body, [field]: wrong }), field).toBeNull();
      }
    }
  });

  it('takes consent without a scope, as functions of an earlier release send it, for all of it', () => {
    const { scope, ...joined } = messages.joined;
    expect(received.parseHubMessage('joined', joined)?.body).toEqual({ ...joined, scope });
    const { participant } = messages.resumed;
    const resumed = { participant, scope: 'everybody' };
    expect(received.parseHubMessage('resumed', { participant })?.body).toEqual(resumed);
  });

  it.each([null, undefined, 'text', 7, [], [messages.reading]])('refuses %j as a body', (body) => {
    for (const target of contract.HUB_TARGETS) {
      expect(received.parseHubMessage(target, body)).toBeNull();
    }
  });

  it('refuses a face with an unknown expression, a missing score or a box outside the image', () => {
    const [face] = messages.reading.faces;
    const broken = [
      { ...face, expression: 'angry' },
      { ...face, scores: { ...face?.scores, neutral: undefined } },
      { ...face, box: { ...face?.box, x: 640 } },
      { ...face, confidence: Number.NaN },
      { ...face, unsure: 'perhaps' },
      { ...face, ownWord: 'yes' },
    ];
    for (const one of broken) {
      expect(received.parseReading({ ...messages.reading, faces: [one] })).toBeNull();
    }
  });
});

describe('answers of the functions', () => {
  const guards: Record<string, (value: unknown) => unknown> = {
    'POST /api/rooms': answers.parseCreatedRoom,
    'POST /api/rooms/{room}/participants': answers.parseEntrance,
    'POST /api/rooms/{room}/participants (waiting)': answers.parseEntrance,
    'POST /api/rooms/{room}/waiting': answers.parseEntrance,
    'POST /api/rooms/{room}/waiting (admitted)': answers.parseEntrance,
    'POST /api/rooms/{room}/video-token': answers.parseVideoToken,
    'POST /api/rooms/{room}/video-token (opentok)': answers.parseVideoToken,
    'POST /api/rooms/{room}/participants/{participant}/negotiate': answers.parseHubAccess,
    'POST /api/rooms/{room}/presence': answers.parseRoster,
    'POST /api/rooms/{room}/heartbeat': answers.parseHeartbeat,
    'POST /api/rooms/{room}/readings': answers.parseToldFrame,
    'POST /api/rooms/{room}/readings (unread)': answers.parseToldFrame,
    'PUT /api/rooms/{room}/mode': received.parseMode,
    'PUT /api/rooms/{room}/consent': received.parseParticipant,
    error: answers.parseErrorBody,
    'error (limited)': answers.parseErrorBody,
  };
  const examples = Object.entries(guards).map(
    ([route, guard]) => [route, guard, http[route as keyof typeof http].response] as const,
  );

  it.each(examples)('reads the shared example of %s unchanged', (_route, guard, response) => {
    expect(guard(response)).toEqual(response);
  });

  it.each(examples)('refuses %s with any field missing', (_route, guard, response) => {
    for (const field of Object.keys(response).filter((name) => !OPTIONAL.has(name))) {
      const rest = Object.fromEntries(Object.entries(response).filter(([key]) => key !== field));
      expect(guard(rest), field).toBeNull();
    }
    expect(guard(null)).toBeNull();
    expect(guard('text')).toBeNull();
  });

  const released = Object.entries(releasedHttp).flatMap(([route, { response }]) => {
    const guard = guards[route];
    return guard ? [[route, guard, response] as const] : [];
  });

  it.each(released)('reads %s as functions of the last release answer it', (_, guard, response) => {
    expect(guard(response)).not.toBeNull();
  });

  it.each(Object.entries(releasedMessages))(
    'reads %s as functions of the last release send it',
    (target, body) => {
      expect(received.parseHubMessage(target, body)).not.toBeNull();
    },
  );

  it('reads upload tickets, and refuses the lot when one is broken', () => {
    const { uploads } = http['POST /api/rooms/{room}/upload-tickets'].response;
    expect(answers.parseUploadTickets({ uploads })).toEqual(uploads);
    expect(
      answers.parseUploadTickets({ uploads: [...uploads, { ...uploads[0], frame: '1' }] }),
    ).toBeNull();
  });

  it('has an example for every route this page calls that answers something', () => {
    const silent = [
      'signals',
      'capture',
      'corrections',
      '{participant}',
      'door',
      'removals',
      'mutes',
    ];
    const answering = Object.keys(http).filter(
      (route) => !silent.some((end) => route.endsWith(`/${end}`)),
    );
    expect([...Object.keys(guards), 'POST /api/rooms/{room}/upload-tickets'].sort()).toEqual(
      answering.sort(),
    );
  });
});
