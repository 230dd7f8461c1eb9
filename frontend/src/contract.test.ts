import { describe, expect, it } from 'vitest';
import http from '../../tests/contract/http.json';
import messages from '../../tests/contract/messages.json';
import vocabulary from '../../tests/contract/vocabulary.json';
import * as contract from './contract.ts';

it('speaks the vocabulary shared with the functions', () => {
  expect({
    expressions: contract.EXPRESSIONS,
    unreadReasons: contract.UNREAD_REASONS,
    roomModes: contract.ROOM_MODES,
    anonymousFrom: contract.ANONYMOUS_FROM,
    nameMaxLength: contract.NAME_MAX_LENGTH,
    uploadsMax: contract.UPLOADS_MAX,
  }).toEqual(vocabulary);
});

describe('hub messages', () => {
  it('knows every message of the shared examples, and no other', () => {
    expect([...contract.HUB_TARGETS].sort()).toEqual(Object.keys(messages).sort());
    expect(contract.parseHubMessage('applause', {})).toBeNull();
  });

  it.each(Object.entries(messages))('reads the shared example of %s unchanged', (target, body) => {
    expect(contract.parseHubMessage(target, body)).toEqual({ target, body });
  });

  it.each(Object.entries(messages))('refuses %s with any field missing', (target, body) => {
    for (const field of Object.keys(body)) {
      const rest = Object.fromEntries(Object.entries(body).filter(([key]) => key !== field));
      expect(contract.parseHubMessage(target, rest), field).toBeNull();
    }
  });

  it.each(Object.entries(messages))('refuses %s with any field of another type', (target, body) => {
    for (const field of Object.keys(body)) {
      for (const wrong of [null, [null], { a: 1 }, -1]) {
        if (target === 'signal' && field === 'payload' && !Array.isArray(wrong) && wrong) continue;
        expect(contract.parseHubMessage(target, { ...body, [field]: wrong }), field).toBeNull();
      }
    }
  });

  it.each([null, undefined, 'text', 7, [], [messages.reading]])('refuses %j as a body', (body) => {
    for (const target of contract.HUB_TARGETS) {
      expect(contract.parseHubMessage(target, body)).toBeNull();
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
      expect(contract.parseReading({ ...messages.reading, faces: [one] })).toBeNull();
    }
  });
});

describe('answers of the functions', () => {
  const guards: Record<string, (value: unknown) => unknown> = {
    'POST /api/rooms': contract.parseCreatedRoom,
    'POST /api/rooms/{room}/participants': contract.parseJoined,
    'POST /api/rooms/{room}/video-token': contract.parseVideoToken,
    'POST /api/rooms/{room}/video-token (opentok)': contract.parseVideoToken,
    'POST /api/rooms/{room}/negotiate': contract.parseHubAccess,
    'POST /api/rooms/{room}/presence': contract.parseRoster,
    'POST /api/rooms/{room}/heartbeat': contract.parseHeartbeat,
    'PUT /api/rooms/{room}/mode': contract.parseMode,
    'PUT /api/rooms/{room}/consent': contract.parseParticipant,
    error: contract.parseErrorBody,
    'error (limited)': contract.parseErrorBody,
  };
  const examples = Object.entries(guards).map(
    ([route, guard]) => [route, guard, http[route as keyof typeof http].response] as const,
  );

  it.each(examples)('reads the shared example of %s unchanged', (_route, guard, response) => {
    expect(guard(response)).toEqual(response);
  });

  it.each(examples)('refuses %s with any field missing', (_route, guard, response) => {
    for (const field of Object.keys(response).filter((name) => name !== 'retryAfter')) {
      const rest = Object.fromEntries(Object.entries(response).filter(([key]) => key !== field));
      expect(guard(rest), field).toBeNull();
    }
    expect(guard(null)).toBeNull();
    expect(guard('text')).toBeNull();
  });

  it('reads upload tickets, and refuses the lot when one is broken', () => {
    const { uploads } = http['POST /api/rooms/{room}/upload-tickets'].response;
    expect(contract.parseUploadTickets({ uploads })).toEqual(uploads);
    expect(
      contract.parseUploadTickets({ uploads: [...uploads, { ...uploads[0], frame: '1' }] }),
    ).toBeNull();
  });

  it('has an example for every route this page calls that answers something', () => {
    const silent = ['signals', 'capture', 'corrections', '{participant}'];
    const answering = Object.keys(http).filter(
      (route) => !silent.some((end) => route.endsWith(`/${end}`)),
    );
    expect([...Object.keys(guards), 'POST /api/rooms/{room}/upload-tickets'].sort()).toEqual(
      answering.sort(),
    );
  });
});

describe('the settings of the page', () => {
  it('offer a demonstration only where they name its pictures', () => {
    expect(contract.parseConfig({ api: '' })).toEqual({ api: '', demonstration: [] });
    const demonstration = ['smiling.jpg'];
    expect(contract.parseConfig({ api: '', demonstration })).toEqual({ api: '', demonstration });
    expect(contract.parseConfig({ api: '', demonstration: [7] })).toBeNull();
  });
});
