import { describe, expect, it } from 'vitest';
import { EXPRESSIONS, type Expression, type HubMessage, type Reading } from './contract.ts';
import {
  beginHistory,
  chartPoints,
  forgetSelf,
  type History,
  KEPT_FOR,
  levelsOf,
  looksIn,
  momentAt,
  record,
  roomLevelsOf,
  spanOf,
} from './history.ts';
import { GONE_AFTER } from './overlay.ts';
import { applyMessage, applyRoster, enterRoom, type Room, setConsent } from './room.ts';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
const ZOE = { participant: 'pppppppppppppppppppp02', name: 'Zoë', consent: true };
const START = 1_763_834_400_000;

function reading(
  { participant }: { participant: string },
  expression: Expression,
  at: number,
  unsure = false,
): HubMessage {
  const scores = Object.fromEntries(
    EXPRESSIONS.map((one) => [one, one === expression ? 0.86 : 0.02]),
  ) as Record<Expression, number>;
  const box = { x: 0.3, y: 0.3, width: 0.2, height: 0.3 };
  const face = { box, scores, expression, confidence: 0.86, unsure };
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

  change(room: Room, now: number): this {
    this.room = room;
    this.history = record(this.history, room, now);
    return this;
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
      expect(stay.history.room).toHaveLength(1);
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

  it('knows the shares of the room, of clear faces alone', () => {
    const stay = new Stay()
      .hear(reading(ADA, 'happiness', START + 1), START + 1)
      .hear(reading(ZOE, 'anger', START + 2), START + 2);
    expect(momentAt(stay.history.room, START + 1)?.shares).toEqual(new Map([['happiness', 1]]));
    expect(momentAt(stay.history.room, START + 2)?.shares).toEqual(
      new Map([
        ['anger', 0.5],
        ['happiness', 0.5],
      ]),
    );
    const unclear = new Stay().hear(reading(ADA, 'happiness', START + 1, true), START + 1);
    expect(momentAt(unclear.history.room, START + 1)?.shares).toEqual(new Map());
  });

  it('spans from our coming, two minutes at least and ten at most', () => {
    const { history } = new Stay();
    const minutes = (after: number) => {
      const [from, to] = spanOf(history, START + after * 60_000);
      return (to - from) / 60_000;
    };
    expect([minutes(0), minutes(1), minutes(5), minutes(30)]).toEqual([2, 2, 5, 10]);
  });
});

describe('the chart of a strip', () => {
  const stay = new Stay()
    .hear(reading(ADA, 'sadness', START), START)
    .hear(reading(ADA, 'happiness', START + 6_000), START + 6_000)
    .hear(reading(ADA, 'happiness', START + 8_000), START + 8_000)
    .hear(noFace(ADA, START + 30_000), START + 30_000);
  const levels = levelsOf(stay.history.strips.get(ADA.participant) ?? []);

  it('has a row for each look that occurs, the brightest on top', () => {
    expect(looksIn(levels)).toEqual(['happiness', 'sadness']);
    expect(looksIn(roomLevelsOf(stay.history.room))).toEqual(['happiness', 'sadness']);
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
