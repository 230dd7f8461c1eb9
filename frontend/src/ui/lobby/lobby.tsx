import { type Signal, useSignal } from '@preact/signals';
import type { TargetedEvent } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { roomFromLink } from '../../browser/room-link.ts';
import type { LocalMedia } from '../../devices/local-media.ts';
import type { ReadingWay } from '../../frame/way.ts';
import { NAME_MAX_LENGTH } from '../../wire/contract.ts';
import { judgeName, type NameJudgement } from '../../wire/names.ts';
import { strings } from '../../words/strings.ts';
import { Changing } from '../parts/changing.tsx';
import { DeviceButtons, deviceWords } from '../parts/controls.tsx';
import { DeviceChoice } from '../parts/device-choice.tsx';
import { focusHeading } from '../parts/focus.ts';
import { isMirrored } from '../parts/own-picture.ts';
import { PaceChoice } from '../parts/pace-choice.tsx';
import { useDeviceNews } from '../parts/use-device-news.ts';
import type { WayChoice } from '../parts/way-choice.tsx';
import { Elsewhere } from './elsewhere.tsx';
import { LanguageChoice } from './language-choice.tsx';

/** What somebody decided in the lobby. */
export interface Entry {
  readonly name: string;
  readonly consent: boolean;
  /** Whether to be read all the time, or when somebody asks. */
  readonly live: boolean;
  /** How far an earlier consent went, where that was not to everybody. */
  readonly scope?: 'room-only';
  readonly creationKey?: string;
}

interface LobbyProps {
  /** The room to join; null to start a new one. */
  readonly room: string | null;
  /** Whether the page was opened by a link that leads to no room. */
  readonly damagedLink: boolean;
  readonly name: string;
  readonly media: LocalMedia;
  /** Who reads our camera; null until the choice was opened. */
  readonly way?: ReadingWay | null;
  /** Opens that choice; null where there is none. */
  readonly onWay?: (() => Promise<void>) | null;
  /** What whoever runs this site declares of its use; null for nothing. */
  readonly declaration?: string | null;
  readonly busy: boolean;
  /** Why the last attempt was refused, in words. */
  readonly refusal: string | null;
  /** Whether the room turned out not to exist. */
  readonly roomGone: boolean;
  /** Whether this deployment asks for a key before it creates rooms. */
  readonly asksKey: boolean;
  readonly onEnter: (entry: Entry) => void;
  readonly onFollow: (room: string) => void;
  readonly onHome: () => void;
}

/** Where somebody sees themselves, says their name, and decides whether to be read. */
export function Lobby({
  room,
  damagedLink,
  name,
  media,
  way = null,
  onWay = null,
  declaration = null,
  busy,
  refusal,
  roomGone,
  asksKey,
  onEnter,
  onFollow,
  onHome,
}: LobbyProps) {
  const judged = useSignal<NameJudgement | null>(null);
  const live = useSignal(true);
  const submit = (event: TargetedEvent<HTMLFormElement, SubmitEvent>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const judgement = judgeName(String(form.get('name') ?? ''));
    judged.value = judgement;
    if ('problem' in judgement) event.currentTarget.querySelector('input')?.focus();
    if ('problem' in judgement || busy) return;
    const creationKey = String(form.get('creation-key') ?? '');
    const consent = form.get('consent') !== null;
    onEnter({
      name: judgement.name,
      consent,
      live: live.value,
      ...(creationKey && { creationKey }),
    });
  };
  const nameHint = useId();
  const nameTrouble = troubleWords(judged.value);
  return (
    <main class="lobby">
      <header class="lobby-header">
        <p class="product" translate={false}>
          {strings.product}
        </p>
        <p class="tagline">{strings.tagline}</p>
        <LanguageChoice />
      </header>
      <Preview media={media} />
      <form class="card lobby-enter" onSubmit={submit} noValidate>
        <h1 tabindex={-1}>
          <Changing>{room ? strings.lobby.joinTitle : strings.lobby.startTitle}</Changing>
        </h1>
        <p class="refusal" role="alert">
          <Changing>{damagedLink && strings.lobby.wrongLink}</Changing>
        </p>
        {room && <Elsewhere room={room} />}
        <label class="field">
          <span>{strings.lobby.name}</span>
          <input
            name="name"
            defaultValue={name}
            placeholder={strings.lobby.namePlaceholder}
            autocomplete="name"
            required
            aria-invalid={nameTrouble !== ''}
            aria-describedby={nameHint}
            onInput={() => {
              judged.value = null;
            }}
          />
        </label>
        <p class="refusal" role="alert" id={nameHint}>
          <Changing>{nameTrouble}</Changing>
        </p>
        {asksKey && (
          <label class="field">
            <span>{strings.lobby.creationKey}</span>
            <input name="creation-key" type="password" autocomplete="off" />
            <small>{strings.lobby.creationKeyHint}</small>
          </label>
        )}
        <Consent live={live} />
        {declaration && (
          <div class="declaration">
            <small>{strings.lobby.declaration}</small>
            <p dir="auto">{declaration}</p>
          </div>
        )}
        <p class="refusal" role="alert">
          <Changing>{refusal}</Changing>
        </p>
        <button type="submit" class="primary" aria-disabled={busy}>
          <Changing>
            {busy ? strings.lobby.busy : room ? strings.lobby.join : strings.lobby.start}
          </Changing>
        </button>
        {roomGone && (
          <button
            type="button"
            onClick={(press) => {
              focusHeading(press);
              onHome();
            }}
          >
            {strings.end.home}
          </button>
        )}
        {onWay && <LazyWayChoice way={way} onWay={onWay} />}
      </form>
      {!room && <FollowLink onFollow={onFollow} />}
    </main>
  );
}

/** What is wrong with a name, in words; empty when nothing is. */
function troubleWords(judgement: NameJudgement | null): string {
  if (!judgement || 'name' in judgement) return '';
  switch (judgement.problem) {
    case 'missing':
      return strings.lobby.nameMissing;
    case 'too-long':
      return strings.lobby.nameTooLong(judgement.characters, NAME_MAX_LENGTH);
    case 'character':
      return strings.lobby.nameCharacter(judgement.character, judgement.position);
  }
}

/** The choice in one sentence; what it means lies beneath, and is opened before the first tick. */
function Consent({ live }: { live: Signal<boolean> }) {
  const { label, summary, points, more, readFirst } = strings.consent;
  const read = useRef(false);
  const asked = useSignal(false);
  const ticked = useSignal(false);
  const meaning = useRef<HTMLDetailsElement>(null);
  return (
    <fieldset class="consent">
      <label class="check">
        <input
          type="checkbox"
          name="consent"
          aria-describedby="consent-meaning"
          onClick={(press) => {
            if (read.current) return;
            press.preventDefault(); // a person must see the meaning before they agree
            read.current = true;
            asked.value = true;
            if (meaning.current) meaning.current.open = true;
          }}
          onChange={({ currentTarget }) => {
            ticked.value = currentTarget.checked;
          }}
        />
        <span>{label}</span>
      </label>
      {ticked.value && (
        <PaceChoice
          live={live.value}
          onChange={(chosen) => {
            live.value = chosen;
          }}
        />
      )}
      <p class="consent-asked" role="status">
        <Changing>{asked.value && !ticked.value && readFirst}</Changing>
      </p>
      <details
        ref={meaning}
        onToggle={({ currentTarget }) => {
          if (currentTarget.open) read.current = true;
        }}
      >
        <summary>{more}</summary>
        <div id="consent-meaning">
          <p>{summary}</p>
          <ul>
            {points.map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
        </div>
      </details>
    </fieldset>
  );
}

/** Who reads, once its code has come: the page is not to wait for it, so it lies beneath the rest. */
function LazyWayChoice({ way, onWay }: { way: ReadingWay | null; onWay: () => Promise<void> }) {
  const [loaded, setLoaded] = useState<{ WayChoice: typeof WayChoice } | null>(null);
  useEffect(() => {
    // Where it does not come, the call's settings offer the choice again.
    Promise.all([import('../parts/way-choice.tsx'), onWay()]).then(
      ([code]) => setLoaded(code),
      () => undefined,
    );
  }, [onWay]);
  return <div class="way-place">{loaded && way && <loaded.WayChoice way={way} />}</div>;
}

function Preview({ media }: { media: LocalMedia }) {
  const video = useRef<HTMLVideoElement>(null);
  const { track, problem } = media.camera.value;
  useEffect(() => {
    if (video.current) video.current.srcObject = track ? new MediaStream([track]) : null;
  }, [track]);
  const news = useSignal('');
  useDeviceNews(media, (words) => {
    news.value = words;
  });
  const words = [...deviceWords(media), ...(news.value ? [news.value] : [])];
  return (
    <section class="preview-column" aria-label={strings.lobby.previewLabel}>
      <div class="preview">
        <video ref={video} class={isMirrored(media) ? 'mirrored' : ''} muted autoplay playsInline />
        {!track && (
          <p class="preview-off">
            <Changing>
              {problem || media.asked.value ? strings.lobby.cameraOff : strings.lobby.askingDevices}
            </Changing>
          </p>
        )}
        <div class="preview-buttons">
          <DeviceButtons media={media} />
        </div>
      </div>
      <DeviceChoice media={media} />
      <div class="device-words" role="status">
        {words.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
    </section>
  );
}

function FollowLink({ onFollow }: Pick<LobbyProps, 'onFollow'>) {
  const wrong = useSignal(0); // how often in a row: each time is said anew
  const card = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (wrong.value) card.current?.scrollIntoView({ block: 'nearest' });
  }, [wrong.value]);
  const submit = (event: TargetedEvent<HTMLFormElement, SubmitEvent>) => {
    event.preventDefault();
    const room = roomFromLink(String(new FormData(event.currentTarget).get('link') ?? ''));
    wrong.value = room ? 0 : wrong.value + 1;
    if (room) onFollow(room);
  };
  return (
    <form class="card follow" ref={card} onSubmit={submit} noValidate>
      <div class="field">
        <label for="link">{strings.lobby.link}</label>
        <p class="refusal" role="alert">
          {wrong.value > 0 && <span key={wrong.value}>{strings.lobby.wrongLink}</span>}
        </p>
        <span class="field-row">
          <input
            id="link"
            name="link"
            inputMode="url"
            autocomplete="off"
            placeholder={strings.lobby.linkPlaceholder}
            aria-invalid={wrong.value > 0}
          />
          <button type="submit">{strings.lobby.follow}</button>
        </span>
      </div>
    </form>
  );
}
