import { effect, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { presentSights } from '../../room/look.ts';
import { comings } from '../../room/room.ts';
import { clearFaces } from '../../room/sight.ts';
import { expressionSigns } from '../../words/expressions.ts';
import { strings } from '../../words/strings.ts';
import { Announcer } from '../parts/announcer.ts';
import { type CallContext, hasVideo, isAlone } from '../parts/call-context.ts';
import { clock } from '../parts/clock.ts';
import { roomLook } from '../parts/room-strip.tsx';
import { noticeWords } from './notices.tsx';
import type { Said } from './toast.tsx';

const ROOM = 'the room'; // no participant's id

/** Tells screen readers, calmly, who comes and goes, how they look, and what is wrong. */
export function LiveRegion({ context, toast }: { context: CallContext; toast: Said }) {
  const { stay, media, shown } = context;
  const said = useSignal({ words: '', times: 0 });
  const announcer = useMemo(
    () =>
      new Announcer((words) => {
        said.value = { words, times: said.peek().times + 1 };
      }),
    [said],
  );
  useEffect(() => () => announcer.stop(), [announcer]);
  const before = useRef({ room: stay.room.peek(), notices: noticeWords({ stay, media }) });
  useSignalEffect(() => {
    const room = stay.room.value;
    const { came, went } = comings(before.current.room, room);
    for (const { name } of came) announcer.event(strings.notice.joined(name));
    for (const { name } of went) announcer.event(strings.notice.left(name));
    const sights = shown.announced.value
      ? presentSights(shown.of(room), hasVideo(context), clock.value)
      : new Map<string, never>();
    const looksOfRoom = shown.announced.value && room.mode === 'room-only' && shown.others.value;
    const look = looksOfRoom ? roomLook(context) : null;
    announcer.retain(new Set([...sights.keys(), ...(look ? [ROOM] : [])]));
    const [most] = look?.shares ?? [];
    if (most) {
      announcer.state(ROOM, strings.room.mostly(expressionSigns[most.expression].word));
    }
    for (const [participant, sight] of sights) {
      const name = room.people.get(participant)?.name;
      const faces = clearFaces(sight);
      if (!name || faces.length === 0) continue;
      const looks = faces.map(({ expression }) => expressionSigns[expression].word);
      announcer.state(participant, strings.notice.looks(name, looks));
    }
    before.current.room = room;
  });
  useEffect(() => {
    return effect(() => {
      const notices = noticeWords({ stay, media });
      const had = before.current.notices;
      for (const text of notices) if (!had.includes(text)) announcer.event(text);
      if (stay.problems.value.size === 0 && had.some(isProblem)) {
        announcer.event(strings.notice.backAgain);
      }
      before.current.notices = notices;
    });
  }, [stay, media, announcer]);
  const alone = isAlone(stay);
  useEffect(() => {
    if (alone) announcer.event(strings.call.alone);
  }, [alone, announcer]);
  useEffect(() => {
    if (toast.words) announcer.event(toast.words);
  }, [toast, announcer]);
  return (
    <p class="unseen" role="status" aria-live="polite">
      {/* An element for each time: what is said again is heard again. */}
      <span key={said.value.times}>{said.value.words}</span>
    </p>
  );
}

function isProblem(words: string): boolean {
  return Object.values<string>(strings.problem).includes(words);
}
