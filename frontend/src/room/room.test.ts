import { describe, expect, it } from 'vitest';
import messages from '../../../tests/contract/messages.json';
import type { Expression, HubMessage } from '../wire/contract.ts';
import { parseHubMessage } from '../wire/messages.ts';
import { countExpressions, presentSights, roomFaces } from './look.ts';
import {
  applyMessage,
  applyRoster,
  comings,
  enterRoom,
  ROOM_WINDOW,
  type Room,
  setConsent,
} from './room.ts';
import { clearFaces, shownFaces } from './sight.ts';

const ada = { participant: messages.reading.participant, name: 'Ada', consent: true };
const zoe = { ...messages.joined, scope: 'everybody' } as const;
const kim = { participant: 'pppppppppppppppppppp03', name: 'Kim', consent: false };

function message(target: keyof typeof messages, change: object = {}): HubMessage {
  const parsed = parseHubMessage(target, { ...messages[target], ...change });
  if (!parsed) throw new Error(`not a message: ${target}`);
  return parsed;
}

/** How the faces of Ada are shown to look. */
function looksOf(room: Room): Expression[] {
  const sight = room.sights.get(ada.participant);
  return sight ? clearFaces(sight).map(({ expression }) => expression) : [];
}

/** What the legend counts; everybody's camera is on, unless the test says otherwise. */
function countsAt(room: Room, now: number, hasVideo = (_: string) => true) {
  return Object.fromEntries(countExpressions(room.seen, presentSights(room, hasVideo, now)));
}

function ids(room: Room): string[] {
  return [...room.people.keys()];
}

describe('who is in the room', () => {
  it('follows joined and left', () => {
    const joined = applyMessage(enterRoom(ada, 0), message('joined'), 10);
    expect(ids(joined)).toEqual([ada.participant, zoe.participant]);
    expect(ids(applyMessage(joined, message('left'), 20))).toEqual([ada.participant]);
  });

  it('follows the roster, but never loses ourselves', () => {
    const room = applyRoster(enterRoom(ada, 0), { participants: [zoe, kim], mode: 'open' }, 10, 11);
    expect(ids(room)).toEqual([ada.participant, zoe.participant, kim.participant]);
    expect(ids(applyRoster(room, { participants: [kim], mode: 'open' }, 20, 21))).toEqual([
      ada.participant,
      kim.participant,
    ]);
  });

  it('keeps somebody who joined while the roster was on its way', () => {
    const room = applyMessage(enterRoom(ada, 0), message('joined'), 12);
    expect(ids(applyRoster(room, { participants: [ada], mode: 'open' }, 10, 15))).toContain(
      zoe.participant,
    );
  });

  it('does not bring back somebody who left while the roster was on its way', () => {
    let room = applyMessage(enterRoom(ada, 0), message('joined'), 1);
    room = applyMessage(room, message('left'), 12);
    expect(
      ids(applyRoster(room, { participants: [ada, zoe], mode: 'open' }, 10, 15)),
    ).not.toContain(zoe.participant);
    expect(ids(applyRoster(room, { participants: [ada, zoe], mode: 'open' }, 20, 21))).toContain(
      zoe.participant,
    );
  });

  it('names who comes and goes, but not who was there before us, nor us in a new place', () => {
    const names = (before: Room, after: Room) => {
      const { came, went } = comings(before, after);
      return [...came.map(({ name }) => `+${name}`), ...went.map(({ name }) => `-${name}`)];
    };
    const entered = enterRoom(ada, 0);
    const met = applyRoster(entered, { participants: [ada, zoe], mode: 'open' }, 1, 2);
    expect(names(entered, met)).toEqual([]);
    expect(names(met, applyMessage(met, message('left'), 3))).toEqual([`-${zoe.name}`]);
    const later = applyRoster(met, { participants: [ada, zoe, kim], mode: 'open' }, 4, 5);
    expect(names(met, later)).toEqual(['+Kim']);
    expect(names(later, enterRoom(kim, 6))).toEqual([]);
  });

  it('believes a pause heard later over a roster asked for earlier', () => {
    let room = applyMessage(enterRoom(ada, 0), message('joined'), 1);
    room = applyMessage(room, message('paused'), 12);
    room = applyRoster(room, { participants: [zoe], mode: 'open' }, 10, 15);
    expect(room.people.get(zoe.participant)?.consent).toBe(false);
  });
});

describe('what is read', () => {
  const room = enterRoom(ada, 0);

  it('is kept by participant, the newest frame only', () => {
    let after = applyMessage(room, message('reading', { frame: '1763834402000' }), 1);
    after = applyMessage(after, message('reading', { frame: '1763834400000' }), 2);
    expect(after.sights.get(ada.participant)?.reading?.frame).toBe('1763834402000');
  });

  it('is newer than all before, whatever its name says, once none of them can be under way', () => {
    const setBack = message('reading', { frame: '1763830800000' });
    const read = applyMessage(room, message('reading', { frame: '1763834402000' }), 0);
    expect(applyMessage(read, setBack, 14_000)).toBe(read);
    const after = applyMessage(read, setBack, 16_000);
    expect(after.sights.get(ada.participant)?.reading?.frame).toBe('1763830800000');
    const next = applyMessage(after, message('reading', { frame: '1763830802000' }), 18_000);
    expect(next.sights.get(ada.participant)?.reading?.frame).toBe('1763830802000');
  });

  it('ignores strangers and people who do not consent', () => {
    expect(applyMessage(room, message('reading', { participant: zoe.participant }), 1)).toBe(room);
    const refusing = setConsent(room, ada.participant, false, 1);
    expect(applyMessage(refusing, message('reading'), 2).sights.size).toBe(0);
  });

  it('goes at once when its owner pauses or leaves', () => {
    let read = applyMessage(room, message('joined'), 1);
    read = applyMessage(read, message('reading', { participant: zoe.participant }), 2);
    expect(read.sights.size).toBe(1);
    expect(applyMessage(read, message('paused'), 3).sights.size).toBe(0);
    expect(applyMessage(read, message('left'), 3).sights.size).toBe(0);
  });

  it('comes back with a later frame only, when its owner paused and agrees again', () => {
    const frames = ['1763834402000', '1763834402000', '1763834404000'];
    let read = applyMessage(room, message('reading', { frame: frames[0] }), 1);
    read = setConsent(setConsent(read, ada.participant, false, 2), ada.participant, true, 3);
    expect(applyMessage(read, message('reading', { frame: frames[1] }), 4).sights.size).toBe(0);
    expect(applyMessage(read, message('reading', { frame: frames[2] }), 5).sights.size).toBe(1);
  });

  it('leaves nothing read behind of whoever paused or left', () => {
    const keptOf = (kept: Room) =>
      Object.entries(kept).flatMap(([key, of]) =>
        of instanceof Map && of.has(zoe.participant) ? [key] : [],
      );
    let read = applyMessage(room, message('joined'), 1);
    read = applyMessage(read, message('reading', { participant: zoe.participant }), 2);
    expect(keptOf(applyMessage(read, message('paused'), 3))).toEqual(['people', 'lastFrames']);
    expect(keptOf(applyMessage(read, message('left'), 3))).toEqual(['leftAt']);
  });

  it('keeps a face steady over a picture in which none was found', () => {
    const faces = messages.reading.faces.map((face) => ({ ...face, expression: 'surprise' }));
    const [first, second, third] = [0, 2_000, 4_000].map((ms) => ({
      frame: `${messages.reading.capturedAt + ms}`,
      capturedAt: messages.reading.capturedAt + ms,
    }));
    let read = applyMessage(room, message('reading', first), 0);
    read = applyMessage(
      read,
      message('unread', { ...second, participant: ada.participant }),
      2_000,
    );
    expect(looksOf(read)).toEqual([]);
    read = applyMessage(read, message('reading', { ...third, faces }), 4_000);
    expect(looksOf(read)).toEqual(['happiness']);
  });

  it('counts the faces of each expression now, and keeps those seen before at nought', () => {
    const [face] = messages.reading.faces;
    const faces = [face, { ...face, expression: 'neutral' }, face];
    const read = applyMessage(room, message('reading', { faces }), 1_000);
    expect(countsAt(read, 1_500)).toEqual({ happiness: 2, neutral: 1 });
    expect(countsAt(read, 60_000)).toEqual({
      happiness: 0,
      neutral: 0,
    });
  });

  it('counts nobody whose camera is off, from that moment on', () => {
    let read = applyMessage(room, message('joined'), 500);
    read = applyMessage(read, message('reading'), 1_000);
    read = applyMessage(read, message('reading', { participant: zoe.participant }), 1_000);
    expect(countsAt(read, 1_500)).toEqual({ happiness: 2 });
    const adasAlone = (participant: string) => participant === ada.participant;
    expect(countsAt(read, 1_500, adasAlone)).toEqual({ happiness: 1 });
  });

  it('steadies a face that is read live, and shows at once what somebody asked for', () => {
    const look = (expression: string, frame: number, asked: boolean) => {
      const faces = messages.reading.faces.map((face) => ({ ...face, expression }));
      const times = { capturedAt: frame, readAt: frame };
      const before = applyMessage(room, message('reading', { frame: '1763834400000' }), 0);
      const at = asked ? applyMessage(before, message('capture'), 1_900) : before;
      const after = applyMessage(
        at,
        message('reading', { faces, frame: `${frame}`, ...times }),
        2_000,
      );
      return looksOf(after)[0];
    };
    expect(look('surprise', messages.reading.capturedAt + 2_000, false)).toBe('happiness');
    expect(look('surprise', messages.reading.capturedAt + 2_000, true)).toBe('surprise');
  });

  it('neither counts nor lists a face the reader is unsure of', () => {
    const faces = messages.reading.faces.map((face) => ({ ...face, unsure: true }));
    const read = applyMessage(room, message('reading', { faces }), 1_000);
    expect(read.sights.size).toBe(1);
    expect(countsAt(read, 1_500)).toEqual({});
  });

  it('heeds our own switch, not an echo of an earlier position of it', () => {
    const echo = message('paused', { participant: ada.participant });
    expect(applyMessage(room, echo, 5).people.get(ada.participant)?.consent).toBe(true);
  });
});

describe('room-only mode', () => {
  const everybody = (_: string) => true;
  const max = { participant: 'pppppppppppppppppppp04', name: 'Max', consent: true };
  const participants = [ada, zoe, max, kim];
  const read = (room: Room, participant: string, frame: string) =>
    applyMessage(room, message('reading', { participant, frame }), 5);
  const open = [ada, zoe, max].reduce(
    (room, { participant }) => read(room, participant, '1763834400000'),
    applyRoster(enterRoom(ada, 0), { participants, mode: 'open' }, 1, 2),
  );
  const closed = applyMessage(open, message('mode'), 10);
  const anonymous = (face: number, change: object = {}) =>
    message('anonymous', { face: `ffffffffffffffffffff0${face}`, ...change });

  it('takes away at once what was read of the others, and leaves our own', () => {
    expect([...open.sights.keys()]).toHaveLength(3);
    expect([...closed.sights.keys()]).toEqual([ada.participant]);
  });

  it('shows no reading of somebody else that comes late, and shows our own', () => {
    expect(read(closed, zoe.participant, '1763834402000')).toBe(closed);
    const ours = read(closed, ada.participant, '1763834402000');
    expect(ours.sights.get(ada.participant)?.reading?.frame).toBe('1763834402000');
  });

  it('makes the room of faces without names, each counted once, and none that is old', () => {
    let room = [anonymous(1), anonymous(2), anonymous(1), anonymous(3)].reduce(
      (before, one) => applyMessage(before, one, 20),
      closed,
    );
    expect(roomFaces(room, everybody, 20)).toHaveLength(3);
    room = applyMessage(room, anonymous(1, { expression: 'sadness' }), 4_000);
    expect(roomFaces(room, everybody, 4_000).map(({ expression }) => expression)).toEqual([
      'sadness',
      'happiness',
      'happiness',
    ]);
    expect(roomFaces(room, everybody, 20 + ROOM_WINDOW)).toEqual([]);
    room = applyMessage(room, anonymous(4), 20 + ROOM_WINDOW);
    expect(room.anonymous.size).toBe(1);
  });

  it('shows nothing of a room in which fewer than three people are read, or faces came', () => {
    let room = applyMessage(closed, anonymous(1), 20);
    room = applyMessage(room, anonymous(2), 20);
    expect(roomFaces(room, everybody, 20)).toEqual([]);
    room = applyMessage(room, anonymous(3), 20);
    expect(roomFaces(room, everybody, 20)).toHaveLength(3);
    const cameraOff = (participant: string) => participant !== max.participant;
    expect(roomFaces(room, cameraOff, 20)).toEqual([]);
    const paused = applyMessage(room, message('paused'), 21);
    expect(roomFaces(paused, everybody, 21)).toEqual([]);
  });

  it('ends with everybody shown again, and nothing without a name', () => {
    const room = applyMessage(closed, anonymous(1), 20);
    const opened = applyMessage(room, message('mode', { mode: 'open' }), 30);
    expect(opened.anonymous.size).toBe(0);
    expect(applyMessage(opened, anonymous(2), 31)).toBe(opened);
    const again = read(opened, zoe.participant, '1763834402000');
    expect([...again.sights.keys()]).toContain(zoe.participant);
  });

  it('is learnt from the roster, unless we heard of a change since that was asked for', () => {
    const entered = enterRoom(ada, 0);
    const late = applyRoster(entered, { participants, mode: 'room-only' }, 1, 2);
    expect(late.mode).toBe('room-only');
    expect(applyRoster(closed, { participants, mode: 'open' }, 9, 11).mode).toBe('room-only');
    expect(applyRoster(closed, { participants, mode: 'open' }, 12, 13).mode).toBe('open');
  });
});

describe('how the room looks while everybody is shown', () => {
  it('is made of the newest faces of those whose camera is on, as they are shown', () => {
    let room = applyMessage(enterRoom(ada, 0), message('joined'), 0);
    room = applyMessage(room, message('reading'), 1_000);
    room = applyMessage(room, message('reading', { participant: zoe.participant }), 6_000);
    expect(roomFaces(room, () => true, 6_000)).toHaveLength(2);
    expect(roomFaces(room, (one) => one === zoe.participant, 6_000)).toHaveLength(1);
    expect(roomFaces(room, () => true, 1_000 + ROOM_WINDOW)).toHaveLength(1);
  });
});

describe('a correction', () => {
  const room = applyMessage(enterRoom(ada, 0), message('reading'), 1_000);
  const wordOf = (after: Room) => {
    const sight = after.sights.get(ada.participant);
    const [face] = sight ? shownFaces(sight) : [];
    return face?.shown.ownWord ? face.shown.expression : null;
  };

  it('shows the word of the person, however often it is said', () => {
    const corrected = applyMessage(room, message('corrected'), 1_500);
    expect(wordOf(corrected)).toBe('sadness');
    expect(wordOf(applyMessage(corrected, message('corrected'), 1_600))).toBe('sadness');
    expect(countsAt(corrected, 1_600)).toEqual({ happiness: 0, sadness: 1 });
  });

  it('reaches the picture that was under way, but no much later or earlier one', () => {
    const wordAfter = (frame: string) =>
      wordOf(
        applyMessage(
          applyMessage(room, message('reading', { frame }), 1_100),
          message('corrected'),
          1_200,
        ),
      );
    expect(wordAfter('1763834402000')).toBe('sadness');
    expect(wordAfter('1763834408000')).toBeNull();
    const early = message('corrected', { frame: '1763834402000' });
    expect(wordOf(applyMessage(room, early, 1_200))).toBeNull();
  });

  it('concerns nobody of whom nothing is shown', () => {
    const other = message('corrected', { participant: zoe.participant });
    expect(applyMessage(room, other, 1_200)).toBe(room);
    const refusing = setConsent(room, ada.participant, false, 1_100);
    expect(applyMessage(refusing, message('corrected'), 1_200)).toBe(refusing);
  });
});
