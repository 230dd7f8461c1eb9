import { effect, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Announcer } from '../announcer.ts';
import { ApiError } from '../api.ts';
import { expressionSigns } from '../expressions.ts';
import type { LocalMedia } from '../local-media.ts';
import type { Size } from '../overlay.ts';
import { clearFaces, comings, presentSights } from '../room.ts';
import { linkToRoom } from '../room-link.ts';
import type { Session } from '../session.ts';
import { strings } from '../strings.ts';
import { clock } from './clock.ts';
import { DeviceButtons, deviceWords, Switch } from './controls.tsx';
import { fitGrid, usualAspect } from './grid.ts';
import { AnalyzeIcon, CloseIcon, LeaveIcon, LinkIcon } from './icons.tsx';
import { Legend } from './legend.tsx';
import { refusalWords } from './refusal.ts';
import { Tile, type TileMedia, type TileProps } from './tile.tsx';
import { useSize } from './use-size.ts';

const TILE_GAP = 12; // px
const TOAST_TIME = 6_000; // ms
const BUSY_TIME = 600; // ms; a shorter one is not seen
const NO_PICTURE: Size = { width: 0, height: 0 };
const CONNECTING: TileMedia = { stream: null, connection: 'connecting', audio: true, video: true };

interface CallScreenProps {
  readonly session: Session;
  readonly media: LocalMedia;
}

/** The call: everybody's tile, what is wrong if anything, and the controls. */
export function CallScreen({ session, media }: CallScreenProps) {
  const [space, size] = useSize<HTMLDivElement>();
  const toast = useToast();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useSignalEffect(() => {
    const asked = session.asked.value;
    const name = asked && session.room.peek().people.get(asked.by)?.name;
    if (name && session.readable.peek()) toast.show(strings.notice.asked(name));
  });
  const copyLink = async () => {
    const link = linkToRoom(session.roomId, location.href);
    try {
      await navigator.clipboard.writeText(link);
      toast.show(strings.call.linkCopied);
    } catch {
      toast.show(strings.call.linkNotCopied(link));
    }
  };
  const room = session.room.value;
  const people = [...room.people.values()];
  const pictures = useSignal<ReadonlyMap<string, Size>>(new Map());
  const present = people.map(({ participant }) => pictures.value.get(participant) ?? NO_PICTURE);
  const grid = fitGrid(people.length, size, TILE_GAP, usualAspect(present));
  return (
    <main class="call">
      <header class="call-header">
        <h1 class="product" tabindex={-1} ref={heading}>
          {strings.product}
        </h1>
        <Legend room={room} hasVideo={hasVideo({ session, media })} />
        <p class="headcount">
          {strings.call.people(people.length, session.capacity)}
          {session.provider.value && (
            <span class="provider">{strings.call.video[session.provider.value]}</span>
          )}
        </p>
      </header>
      <Notices session={session} media={media} />
      {isAlone(session) && <Alone onCopyLink={() => void copyLink()} />}
      <section class="stage" ref={space} aria-label={strings.call.tiles}>
        <div
          class="grid"
          style={{
            gap: `${TILE_GAP}px`,
            maxWidth: `${grid.columns * grid.tile.width + (grid.columns - 1) * TILE_GAP}px`,
          }}
        >
          {people.map((person) => (
            <PersonTile
              key={person.participant}
              person={person}
              session={session}
              media={media}
              size={grid.tile}
              picture={pictures.value.get(person.participant) ?? NO_PICTURE}
              onPicture={(picture) => {
                pictures.value = new Map(pictures.value).set(person.participant, picture);
              }}
            />
          ))}
        </div>
      </section>
      {toast.words.value && (
        <div class="toast">
          <p>{toast.words.value}</p>
          <button type="button" aria-label={strings.notice.dismiss} onClick={() => toast.show('')}>
            <CloseIcon />
          </button>
        </div>
      )}
      <Controls
        session={session}
        media={media}
        onToast={toast.show}
        onCopyLink={() => void copyLink()}
      />
      <LiveRegion session={session} media={media} toast={toast.words.value} />
    </main>
  );
}

/** Tells whose camera is on, ours or theirs. */
function hasVideo({ session, media }: CallScreenProps): (participant: string) => boolean {
  const { self } = session.room.value;
  const remotes = session.remotes.value;
  const own = media.camera.value.track !== null;
  return (participant) =>
    participant === self ? own : (remotes.get(participant) ?? CONNECTING).video;
}

interface PersonTileProps
  extends CallScreenProps,
    Pick<TileProps, 'person' | 'size' | 'picture' | 'onPicture'> {}

function PersonTile({ session, media, ...shape }: PersonTileProps) {
  const { person } = shape;
  const room = session.room.value;
  const sight = room.sights.get(person.participant);
  const own = person.participant === room.self;
  const ownMedia = useComputed<TileMedia>(() => {
    const { track } = media.camera.value;
    return {
      stream: track && new MediaStream([track]),
      connection: 'connected',
      audio: media.microphone.value.on,
      video: track !== null,
    };
  });
  if (!own) {
    const remote = session.remotes.value.get(person.participant) ?? CONNECTING;
    return <Tile {...shape} media={remote} sight={sight} />;
  }
  const state = !session.readable.value ? 'not' : session.live.value ? 'live' : 'asked';
  return <Tile {...shape} media={ownMedia.value} sight={sight} own={state} />;
}

/** What is wrong or noteworthy at present, in sentences. */
function noticeWords({ session, media }: CallScreenProps): readonly string[] {
  return [
    ...[...session.problems.value].map((problem) => strings.problem[problem]),
    ...deviceWords(media),
  ];
}

/** Whether nobody else is in the room, as far as anybody can know. */
function isAlone({ room, hub }: Session): boolean {
  return room.value.listed && room.value.people.size === 1 && hub.value === 'connected';
}

/** What to do while alone: no warning, everything is as it should be. */
function Alone({ onCopyLink }: { onCopyLink: () => void }) {
  return (
    <div class="alone">
      <p>{strings.call.alone}</p>
      <button type="button" onClick={onCopyLink}>
        <LinkIcon />
        {strings.call.copyLink}
      </button>
    </div>
  );
}

function Notices({ session, media }: CallScreenProps) {
  const words = noticeWords({ session, media });
  // What the lobby said about our devices was read there.
  const told = useMemo(() => new Set(deviceWords(media)), [media]);
  const dismissed = useSignal<ReadonlySet<string>>(told);
  const shown = words.filter((text) => !dismissed.value.has(text));
  useEffect(() => {
    // What is over is forgotten, so that it is told when it happens again. An effect that misses
    // no moment: what is tried again in vain is over only until it fails.
    return effect(() => {
      const still = noticeWords({ session, media }).filter((text) => dismissed.peek().has(text));
      if (still.length < dismissed.peek().size) dismissed.value = new Set(still);
    });
  }, [session, media, dismissed]);
  return (
    <div class="notices">
      {shown.map((text) => (
        <div class="notice" key={text}>
          <p>{text}</p>
          {session.provider.value && canRetry(text) && (
            <button type="button" class="notice-retry" onClick={() => session.retryVideo()}>
              {strings.notice.tryAgain}
            </button>
          )}
          <button
            type="button"
            aria-label={strings.notice.dismiss}
            onClick={() => {
              dismissed.value = new Set([...dismissed.value, text]);
            }}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}

interface ControlsProps extends CallScreenProps {
  readonly onToast: (words: string) => void;
  readonly onCopyLink: () => void;
}

function Controls({ session, media, onToast, onCopyLink }: ControlsProps) {
  const busy = useSignal(false);
  const analyze = async () => {
    if (![...session.room.value.people.values()].some(({ consent }) => consent)) {
      onToast(strings.notice.nobodyConsents);
      return;
    }
    busy.value = true;
    const seen = new Promise((resolve) => setTimeout(resolve, BUSY_TIME));
    try {
      await session.analyze();
      onToast(strings.notice.askedEverybody);
    } catch (error) {
      onToast(refusalWords(error instanceof ApiError ? error : null));
    }
    await seen;
    busy.value = false;
  };
  return (
    <section class="controls" aria-label={strings.call.controls}>
      <div class="controls-group controls-reading">
        <button
          type="button"
          class="analyze"
          title={strings.call.analyzeHint}
          disabled={busy.value}
          onClick={() => void analyze()}
        >
          <AnalyzeIcon />
          {strings.call.analyze}
        </button>
        <Switch
          label={strings.call.live}
          hint={strings.call.liveHint}
          checked={session.live.value}
          onChange={(live) => {
            session.live.value = live;
          }}
        />
        <Switch
          label={strings.call.read}
          checked={session.consent.value}
          onChange={(consent) => session.setConsent(consent)}
        />
      </div>
      <div class="controls-group">
        <DeviceButtons media={media} />
        <button
          type="button"
          class="round"
          aria-label={strings.call.copyLink}
          title={strings.call.copyLink}
          onClick={onCopyLink}
        >
          <LinkIcon />
        </button>
        <button
          type="button"
          class="round leave"
          aria-label={strings.call.leave}
          title={strings.call.leave}
          onClick={() => session.leave()}
        >
          <LeaveIcon />
        </button>
      </div>
    </section>
  );
}

/** Tells screen readers, calmly, who comes and goes, how they look, and what is wrong. */
function LiveRegion({ session, media, toast }: CallScreenProps & { toast: string }) {
  const words = useSignal('');
  const announcer = useMemo(
    () =>
      new Announcer((said) => {
        words.value = said;
      }),
    [words],
  );
  useEffect(() => () => announcer.stop(), [announcer]);
  const before = useRef({ room: session.room.peek(), notices: noticeWords({ session, media }) });
  useSignalEffect(() => {
    const room = session.room.value;
    const { came, went } = comings(before.current.room, room);
    for (const { name } of came) announcer.event(strings.notice.joined(name));
    for (const { name } of went) announcer.event(strings.notice.left(name));
    const sights = presentSights(room, hasVideo({ session, media }), clock.value);
    announcer.retain(new Set(sights.keys()));
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
      const notices = noticeWords({ session, media });
      const had = before.current.notices;
      for (const text of notices) if (!had.includes(text)) announcer.event(text);
      if (session.problems.value.size === 0 && had.some(isProblem)) {
        announcer.event(strings.notice.backAgain);
      }
      before.current.notices = notices;
    });
  }, [session, media, announcer]);
  const alone = isAlone(session);
  useEffect(() => {
    if (alone) announcer.event(strings.call.alone);
  }, [alone, announcer]);
  useEffect(() => {
    if (toast) announcer.event(toast);
  }, [toast, announcer]);
  return (
    <p class="unseen" role="status" aria-live="polite">
      {words}
    </p>
  );
}

/** Whether these words tell of video that may be tried again; what could not be opened is anyway. */
function canRetry(words: string): boolean {
  return Object.entries<string>(strings.problem).some(
    ([problem, text]) => text === words && /^video-(?!away)/.test(problem),
  );
}

function isProblem(words: string): boolean {
  return Object.values<string>(strings.problem).includes(words);
}

/** A sentence shown for some seconds. */
function useToast() {
  const words = useSignal('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = (text: string) => {
    clearTimeout(timer.current);
    words.value = text;
    timer.current = setTimeout(() => {
      words.value = '';
    }, TOAST_TIME);
  };
  return { words, show };
}
