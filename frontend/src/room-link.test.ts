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
