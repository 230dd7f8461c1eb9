import { useComputed, useSignal } from '@preact/signals';
import { useId, useMemo } from 'preact/hooks';
import { type Moment, momentAt, type RoomMoment, spanOf } from '../../past/history.ts';
import {
  expressionsIn,
  type Level,
  levelsOf,
  roomLevelsOf,
  type ShownExpression,
} from '../../past/strips.ts';
import type { Person } from '../../room/room.ts';
import { onTheWall } from '../../time/page-time.ts';
import { expressionSigns, percentOf } from '../../words/expressions.ts';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { Changing } from '../parts/changing.tsx';
import { clock } from '../parts/clock.ts';
import { StripChart } from './strip-chart.tsx';
import './timeline.css';

const SECOND = 1_000; // ms
const NOTHING: readonly Moment[] = [];
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -5 * SECOND,
  ArrowDown: -5 * SECOND,
  ArrowRight: 5 * SECOND,
  ArrowUp: 5 * SECOND,
  PageDown: -60 * SECOND,
  PageUp: 60 * SECOND,
};

interface Strip {
  readonly id: string;
  readonly title: string;
  /** What the levels are made of: they are made anew when it is another. */
  readonly moments: readonly unknown[];
  readonly levels: () => readonly Level[];
  /** What it shows at a time; empty where nothing was read. */
  readonly at: (time: number) => readonly Part[];
}

interface Part {
  readonly expression: ShownExpression;
  /** How sure, or how much of the room; null where somebody said so, or where it is unsure. */
  readonly percent: number | null;
  readonly ownWord?: boolean;
}

/** The last ten minutes as strips, and one moment of them in words. */
export function TimelinePanel({ stay, recorder, shown }: CallContext) {
  const words = strings.timeline;
  const now = useComputed(() => wholeSecond(clock.value)).value;
  const history = recorder.history.value;
  // Whole seconds at both ends: else the slider, which stands at whole steps, never reaches the last.
  const span = [wholeSecond(spanOf(history, now)[0]), now] as const;
  const pointed = useSignal<number | null>(null);
  const chosen = useSignal<number | null>(null);
  const inSpan = (time: number) => Math.max(span[0], Math.min(time, span[1]));
  const choose = (time: number) => {
    chosen.value = time >= span[1] ? null : inSpan(time);
  };
  const looked = pointed.value ?? chosen.value;
  const time = looked === null ? null : inSpan(looked);
  const room = stay.room.value;
  const people = [...room.people.values()];
  const agreed = people.filter(({ consent }) => consent);
  const others = people.filter(({ consent }) => !consent);
  const wanted = ({ participant, consent }: Person) =>
    participant === room.self
      ? consent || (history.strips.get(participant)?.length ?? 0) > 0
      : consent && room.mode === 'open' && shown.others.value && shown.shows(participant);
  const strips: readonly Strip[] = [
    ...(shown.others.value ? [roomStrip(history.room)] : []),
    ...people.filter(wanted).map(({ participant, name }) => {
      const title = participant === room.self ? strings.call.you(name) : name;
      return personStrip(participant, title, history.strips.get(participant) ?? NOTHING);
    }),
  ];
  const at = time ?? now;
  const timeWords = time === null ? words.now : strings.format.time(onTheWall(time));
  const sentences = strips.map((strip) => words.says(strip.title, wordsOf(strip.at(at))));
  return (
    <div class="timeline">
      <div class="timeline-moment">
        <p class="timeline-time">
          <Changing>{timeWords}</Changing>
        </p>
        <input
          type="range"
          dir="ltr"
          min={span[0]}
          max={span[1]}
          step={SECOND}
          value={at}
          aria-label={words.moment}
          aria-valuetext={`${timeWords}. ${sentences.join('. ')}`}
          onInput={({ currentTarget }) => choose(Number(currentTarget.value))}
          onKeyDown={(event) => {
            const step = STEPS[event.key];
            const held = event.altKey || event.ctrlKey || event.metaKey; // the browser's own: back
            if (step === undefined || held) return;
            event.preventDefault();
            choose(at + step);
          }}
        />
        <p class="timeline-ends" dir="ltr">
          <bdi key={span[0]}>{strings.format.time(onTheWall(span[0]))}</bdi>
          <bdi>{words.now}</bdi>
        </p>
      </div>
      {strips.map((strip) => (
        <StripSection
          key={strip.id}
          strip={strip}
          note={strip.id === 'room' ? words.roomOf(agreed.map(({ name }) => name)) : null}
          span={span}
          time={time}
          parts={strip.at(at)}
          onPoint={(there) => {
            pointed.value = there;
          }}
          onChoose={choose}
        />
      ))}
      {room.mode === 'room-only' && <p class="panel-hint">{strings.room.onlyHint}</p>}
      {!shown.others.value && <p class="panel-hint">{strings.room.othersOff}</p>}
      {others.length > 0 && (
        <p class="panel-hint">
          <Changing>{words.notRead(others.map(({ name }) => name))}</Changing>
        </p>
      )}
      <p class="panel-hint">
        <Changing>{words.kept(strings.format.time(onTheWall(history.since)))}</Changing>
      </p>
    </div>
  );
}

function wholeSecond(time: number): number {
  return Math.floor(time / SECOND) * SECOND;
}

interface StripSectionProps {
  readonly strip: Strip;
  readonly note: string | null;
  readonly span: readonly [from: number, to: number];
  readonly time: number | null;
  readonly parts: readonly Part[];
  readonly onPoint: (time: number | null) => void;
  readonly onChoose: (time: number) => void;
}

function StripSection({ strip, note, span, time, parts, onPoint, onChoose }: StripSectionProps) {
  const title = useId();
  const levels = useMemo(strip.levels, [strip.moments]);
  const expressions = useMemo(() => expressionsIn(levels), [levels]);
  const timeOf = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return span[0] + ((event.clientX - left) / width) * (span[1] - span[0]);
  };
  return (
    <section class="strip" aria-labelledby={title}>
      <div class="strip-head">
        <h3 id={title} key={strip.title} dir="auto" translate={strip.id === 'room'}>
          {strip.title}
        </h3>
        <p class="strip-words">
          {parts.map((part) => (
            <span key={part.expression}>
              <span class="legend-emoji" aria-hidden="true">
                {signOf(part.expression).emoji}
              </span>{' '}
              <Changing>{partWords(part)}</Changing>
            </span>
          ))}
          <Changing>{parts.length === 0 && strings.timeline.nothing}</Changing>
        </p>
      </div>
      {note && (
        <p class="panel-hint" key={note}>
          {note}
        </p>
      )}
      {expressions.length > 0 && (
        <div class="strip-body">
          <ul class="strip-looks" aria-hidden="true">
            {expressions.map((expression) => (
              <li key={expression}>
                <span class="legend-emoji">{signOf(expression).emoji}</span>{' '}
                {signOf(expression).word}
              </li>
            ))}
          </ul>
          <div
            class="strip-pointer"
            onPointerMove={(event) => onPoint(timeOf(event))}
            onPointerLeave={() => onPoint(null)}
            onPointerDown={(event) => onChoose(timeOf(event))}
          >
            <StripChart levels={levels} expressions={expressions} span={span} time={time} />
          </div>
        </div>
      )}
    </section>
  );
}

function roomStrip(moments: readonly RoomMoment[]): Strip {
  return {
    id: 'room',
    title: strings.timeline.room,
    moments,
    levels: () => roomLevelsOf(moments),
    at: (time) =>
      [...(momentAt(moments, time)?.shares ?? [])].map(({ expression, share }) => ({
        expression,
        percent: Math.round(share * 100),
      })),
  };
}

function personStrip(id: string, title: string, moments: readonly Moment[]): Strip {
  return {
    id,
    title,
    moments,
    levels: () => levelsOf(moments),
    at: (time) => {
      const face = momentAt(moments, time)?.face;
      if (!face) return [];
      if (face.unsure) return [{ expression: 'unsure', percent: null }];
      if (face.ownWord) return [{ expression: face.expression, percent: null, ownWord: true }];
      return [{ expression: face.expression, percent: percentOf(face.confidence) }];
    },
  };
}

/** An expression with its percentage, in words. */
function partWords({ expression, percent, ownWord }: Part): string {
  const { word } = signOf(expression);
  if (ownWord) return strings.timeline.said(word, strings.tile.ownWord);
  return percent === null ? word : strings.timeline.part(word, percent);
}

function wordsOf(parts: readonly Part[]): string {
  return parts.length > 0 ? strings.format.list(parts.map(partWords)) : strings.timeline.nothing;
}

function signOf(expression: ShownExpression): { readonly emoji: string; readonly word: string } {
  return expression === 'unsure'
    ? { emoji: '?', word: strings.tile.unsure }
    : expressionSigns[expression];
}
