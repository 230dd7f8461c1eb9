import { describe, expect, it } from 'vitest';
import { isDamagedLink, linkToRoom, roomFromLink } from './room-link.ts';

const ROOM = 'rrrrrrrr_rrrrrrrr-rr01';

describe('a room link', () => {
  it('leads back to the room it was made for', () => {
    const link = linkToRoom(ROOM, 'https://example.org/call/?lang=en#room=another');
    expect(link).toBe(`https://example.org/call/?lang=en#room=${ROOM}`);
    expect(roomFromLink(link)).toBe(ROOM);
  });

  it('may be a bare room id, and may have blanks around it', () => {
    expect(roomFromLink(`  ${ROOM}\n`)).toBe(ROOM);
  });

  it.each([
    `\u2068https://example.org/#room=${ROOM}\u2069`, // of an Arabic sentence
    `https://example.org/#room=${ROOM}\u200b`,
    `https://example.org/#room=${ROOM}%E2%80%8B`, // the same in an address bar
    `https://example.org/#room%3D${ROOM}`,
    `https://example.org/#room=${ROOM.slice(0, 9)}\r\n ${ROOM.slice(9)}`, // of a mail
    `(https://example.org/#room=${ROOM}).`,
    `<https://example.org/#room=${ROOM}>`,
    `${ROOM}\ufeff`,
  ])('may have been through messengers: %j', (text) => {
    expect(roomFromLink(text)).toBe(ROOM);
    expect(isDamagedLink(text)).toBe(false);
  });

  it.each(['', 'https://example.org/', '#room=', `#room=${ROOM}x`, 'javascript:alert(1)'])(
    'is not %j',
    (text) => {
      expect(roomFromLink(text)).toBeNull();
    },
  );

  // A link that lost a part is told, and no page without a link is called damaged.
  it.each([
    ['#room=short', true],
    ['#room=%%%', true],
    [`#room=${ROOM}`, false],
    ['', false],
    ['#help', false],
  ])('%j is damaged: %j', (fragment, damaged) => {
    expect(isDamagedLink(`https://example.org/${fragment}`)).toBe(damaged);
  });
});
