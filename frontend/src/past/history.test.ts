import { describe, expect, it } from 'vitest';
import { applyMessage, applyRoster, enterRoom, type Room, setConsent } from '../room/room.ts';
import { GONE_AFTER } from '../room/sight.ts';
import { EXPRESSIONS, type Expression, type HubMessage, type Reading } from '../wire/contract.ts';
import {
  beginHistory,
  forgetSelf,
  type History,
  KEPT_FOR,
  momentAt,
  record,
  spanOf,
} from './history.ts';
import { chartPoints, expressionsIn, levelsOf, roomLevelsOf } from './strips.ts';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
const ZOE = { participant: 'pppppppppppppppppppp02', name: 'Zoë', consent: true };
const START = 1_763_834_400_000;

function reading(
  { participant }: { participant: string },
  expression: Expression,
  at: number,
  unsure = false,
): HubMessage {
  const box = { x: 0.3, y: 0.3, width: 0.2, height: 0.3 };
  const face = { box, ...faceOf(expression, unsure) };
  const body: Reading = {
    participant,
    frame: String(at),
    capturedAt: at,
    readAt: at,
    faces: [face],
    reader: 'test',
  };
  return { target: 'reading', body };
}

function faceOf(expression: Expression, unsure: boolean) {
  const scores = Object.fromEntries(
    EXPRESSIONS.map((one) => [one, one === expression ? 0.86 : 0.02]),
  ) as Record<Expression, number>;
  return { scores, expression, confidence: 0.86, unsure };
}

function noFace({ participant }: { participant: string }, at: number): HubMessage {
  return { target: 'unread', body: { participant, frame: String(at), reason: 'no-face' } };
}

/** A stay of Ada, to whose room things happen. */
class Stay {
  room: Room = applyRoster(
    enterRoom(ADA, START),
    { participants: [ADA, ZOE], mode: 'open' },
    START,
    START,
  );
  history: History = beginHistory(this.room, START);

  hear(message: HubMessage, now: number): this {
    return this.change(applyMessage(this.room, message, now), now);
  }

  change(room: Room, now: number, hasVideo = true): this {
    this.room = room;
    this.history = record(this.history, room, () => hasVideo, now);
    return this;
  }

  /** How the room looked at a time. */
  shares(time: number) {
    const shares = momentAt(this.history.room, time)?.shares ?? [];
    return Object.fromEntries(shares.map(({ expression, share }) => [expression, share]));
  }

  /** How somebody looked at a time: their look, null for a picture without, undefined for nothing. */
  look({ participant }: { participant: string }, time: number) {
    const moment = momentAt(this.history.strips.get(participant) ?? [], time);
    return moment && (moment.face?.expression ?? null);
  }
}

describe('the history', () => {
  it('knows who looked how when, and where nothing was read', () => {
    const stay = new Stay()
      .hear(reading(ADA, 'happiness', START + 1_000), START + 1_000)
      .hear(reading(ZOE, 'sadness', START + 2_000), START + 2_000)
      .hear(noFace(ADA, START + 3_000), START + 3_000);
    expect(stay.look(ADA, START)).toBeUndefined();
    expect(stay.look(ADA, START + 1_000)).toBe('happiness');
    expect(stay.look(ADA, START + 2_999)).toBe('happiness');
    expect(stay.look(ADA, START + 3_000)).toBeNull();
    expect(stay.look(ZOE, START + 2_000 + GONE_AFTER - 1)).toBe('sadness');
    expect(stay.look(ZOE, START + 2_000 + GONE_AFTER)).toBeUndefined();
  });

  it('takes each frame once, however often the room changes', () => {
    const stay = new Stay().hear(reading(ADA, 'happiness', START + 1), START + 1);
    stay.change({ ...stay.room }, START + 2).change({ ...stay.room }, START + 3);
    expect(stay.history.strips.get(ADA.participant)).toHaveLength(1);
    expect(stay.history.room).toHaveLength(1);
  });

  it('is the same object while a room that changes brings nothing new', () => {
    const { history, room } = new Stay().hear(reading(ADA, 'happiness', START + 1), START + 1);
    const again = (changed: Room) => record(history, changed, () => true, START + 500);
    expect(again({ ...room, people: new Map(room.people) })).toBe(history);
    expect(again(applyMessage(room, reading(ZOE, 'anger', START + 400), 0))).not.toBe(history);
    expect(again({ ...room, mode: 'room-only' })).not.toBe(history);
    expect(again({ ...room, people: new Map() })).not.toBe(history);
  });

  it('shows nothing of somebody from the moment they go away or turn their camera off', () => {
    const away = new Stay().hear(reading(ZOE, 'anger', START + 1_000), START + 1_000);
    away.hear({ target: 'away', body: ZOE }, START + 2_000);
    const off = new Stay().hear(reading(ZOE, 'anger', START + 1_000), START + 1_000);
    off.change({ ...off.room }, START + 2_000, false).change({ ...off.room }, START + 2_500, false);
    for (const stay of [away, off]) {
      expect(stay.look(ZOE, START + 1_999)).toBe('anger');
      expect(stay.look(ZOE, START + 2_000)).toBeNull();
      expect(stay.history.strips.get(ZOE.participant)).toHaveLength(2);
    }
  });

  it('stays in order where a picture comes late', () => {
    const stay = new Stay().hear(reading(ZOE, 'anger', START + 1_000), START + 1_000);
    stay.change({ ...stay.room }, START + 2_000, false);
    const { target, body } = reading(ZOE, 'anger', START + 1_900) as {
      body: Reading;
      target: 'reading';
    };
    stay.hear({ target, body: { ...body, readAt: START + 2_300 } }, START + 2_300);
    const times = (stay.history.strips.get(ZOE.participant) ?? []).map(({ at }) => at - START);
    expect(times).toEqual([1_000, 2_000, 2_000]);
  });

  it('keeps ten minutes, and no more', () => {
    const stay = new Stay();
    for (let at = START; at < START + 2 * KEPT_FOR; at += 2_000) {
      stay.hear(reading(ADA, 'happiness', at), at);
    }
    const moments = stay.history.strips.get(ADA.participant) ?? [];
    const kept = (KEPT_FOR + GONE_AFTER) / 2_000;
    expect(moments).toHaveLength(kept);
    expect(stay.history.room).toHaveLength(kept);
    const now = START + 4 * KEPT_FOR;
    stay.change({ ...stay.room }, now);
    expect(stay.history.strips.get(ADA.participant)).toEqual([]);
    expect(stay.history.room).toEqual([]);
  });

  it('lets go of whoever leaves or withdraws consent, and keeps what names nobody', () => {
    const left = new Stay().hear(reading(ZOE, 'anger', START + 1), START + 1);
    left.hear({ target: 'left', body: ZOE }, START + 2);
    const withdrawn = new Stay().hear(reading(ZOE, 'anger', START + 1), START + 1);
    withdrawn.change(setConsent(withdrawn.room, ZOE.participant, false, START + 2), START + 2);
    for (const stay of [left, withdrawn]) {
      expect(stay.history.strips.has(ZOE.participant)).toBe(false);
      expect(stay.shares(START + 1)).toEqual({ anger: 0.86 });
    }
  });

  it('keeps our own strip while we are not read, and when we join again under another id', () => {
    const stay = new Stay().hear(reading(ADA, 'happiness', START + 1_000), START + 1_000);
    stay.change(setConsent(stay.room, ADA.participant, false, START + 2_000), START + 2_000);
    expect(stay.look(ADA, START + 1_500)).toBe('happiness');
    const again = { ...ADA, participant: 'pppppppppppppppppppp03' };
    stay.change(enterRoom(again, START + 3_000), START + 3_000);
    expect(stay.look(again, START + 1_500)).toBe('happiness');
  });

  it('forgets us on demand: neither the strip nor a share of the room is left, nor comes back', () => {
    const stay = new Stay()
      .hear(reading(ZOE, 'anger', START + 1), START + 1)
      .hear(reading(ADA, 'happiness', START + 2), START + 2);
    stay.history = forgetSelf(stay.history);
    stay.change({ ...stay.room }, START + 3);
    expect(stay.look(ADA, START + 3)).toBeUndefined();
    expect(stay.history.strips.get(ADA.participant) ?? []).toEqual([]);
    expect(stay.history.room).toEqual([]);
    expect(stay.look(ZOE, START + 3)).toBe('anger');
    stay.hear(reading(ADA, 'surprise', START + 4), START + 4);
    expect(stay.look(ADA, START + 4)).toBe('surprise');
  });

  it('knows how the room looks as a whole, and that it is told nothing when nobody is left', () => {
    const stay = new Stay()
      .hear(reading(ADA, 'happiness', START + 1), START + 1)
      .hear(reading(ZOE, 'anger', START + 2), START + 2);
    expect(stay.shares(START + 1)).toEqual({ anger: 0.44, happiness: 0.44 }); // as good as together
    stay.hear(reading(ADA, 'anger', START + 6_000), START + 6_000);
    expect(stay.shares(START + 5_999)).toEqual({ anger: 0.44, happiness: 0.44 });
    expect(stay.shares(START + 6_000)).toEqual({ anger: 0.86 });
    stay.change({ ...stay.room, sights: new Map() }, START + 7_000);
    expect(stay.shares(START + 7_000)).toEqual({});
  });

  it('shows the word somebody says of themselves from then on, once', () => {
    const stay = new Stay().hear(reading(ADA, 'sadness', START + 1_000), START + 1_000);
    const said = { participant: ADA.participant, frame: String(START + 1_000) };
    const body = { ...said, expression: 'neutral' } as const;
    stay.hear({ target: 'corrected', body }, START + 2_000);
    stay.change({ ...stay.room }, START + 3_000);
    expect(stay.look(ADA, START + 1_999)).toBe('sadness');
    expect(stay.look(ADA, START + 2_000)).toBe('neutral');
    expect(stay.history.strips.get(ADA.participant)).toHaveLength(2);
  });

  it('keeps of a room that goes over to room-only nothing but our own strip', () => {
    const stay = new Stay()
      .hear(reading(ZOE, 'anger', START + 1), START + 1)
      .hear(reading(ADA, 'happiness', START + 2), START + 2);
    stay.hear({ target: 'mode', body: { mode: 'room-only' } }, START + 3);
    expect([...stay.history.strips.keys()]).toEqual([ADA.participant]);
    expect(stay.history.room).toEqual([]);
    expect(stay.look(ADA, START + 3)).toBe('happiness');
  });

  it('draws a room-only room from three people up, and stops when one of them leaves', () => {
    const kim = { participant: 'pppppppppppppppppppp04', name: 'Kim', consent: true };
    const stay = new Stay().hear({ target: 'mode', body: { mode: 'room-only' } }, START);
    const tell = (face: string, now: number) =>
      stay.hear({ target: 'anonymous', body: { face, ...faceOf('anger', false) } }, now);
    tell('f1', START + 1_000);
    expect(stay.shares(START + 1_000)).toEqual({});
    stay.hear({ target: 'joined', body: kim }, START + 2_000);
    tell('f2', START + 3_000);
    expect(stay.shares(START + 3_000)).toEqual({}); // one or two faces may look unlike the room
    tell('f3', START + 4_000);
    expect(stay.shares(START + 4_000)).toEqual({ anger: 0.86 });
    stay.hear({ target: 'left', body: kim }, START + 5_000);
    expect(stay.shares(START + 4_999)).toEqual({ anger: 0.86 });
    expect(stay.shares(START + 5_000)).toEqual({});
  });

  it('spans from our coming, one minute at least and ten at most', () => {
    const { history } = new Stay();
    const minutes = (after: number) => {
      const [from, to] = spanOf(history, START + after * 60_000);
      return (to - from) / 60_000;
    };
    expect([minutes(0), minutes(1), minutes(5), minutes(30)]).toEqual([1, 1, 5, 10]);
  });
});

describe('the chart of a strip', () => {
  const stay = new Stay()
    .hear(reading(ADA, 'sadness', START), START)
    .hear(reading(ADA, 'happiness', START + 6_000), START + 6_000)
    .hear(reading(ADA, 'happiness', START + 8_000), START + 8_000)
    .hear(noFace(ADA, START + 30_000), START + 30_000);
  const levels = levelsOf(stay.history.strips.get(ADA.participant) ?? []);

  it('has a row for each expression that occurs, the brightest on top', () => {
    expect(expressionsIn(levels)).toEqual(['happiness', 'sadness']);
    expect(expressionsIn(roomLevelsOf(stay.history.room))).toEqual(['happiness', 'sadness']);
  });

  it('holds a reading until the next or until it is too old, then shows a gap', () => {
    const { times, rows } = chartPoints(levels, ['happiness', 'sadness'], START + 40_000);
    expect(times.map((time) => time - START)).toEqual([
      0, 6_000, 6_000, 8_000, 8_000, 20_000, 20_000, 30_000, 40_000,
    ]);
    const [happy, sad] = rows;
    expect(happy?.[2]).toBeCloseTo(1.86);
    expect(happy?.map((height) => height !== null)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(sad?.slice(0, 2)).toEqual([0.86, 0.86]);
    expect(sad?.slice(2).every((height) => height === null)).toBe(true);
  });

  it('draws nothing of nobody', () => {
    expect(chartPoints([], [], START)).toEqual({ times: [], rows: [] });
  });
});
