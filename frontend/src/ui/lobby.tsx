import { useSignal } from '@preact/signals';
import type { TargetedEvent } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { NAME_MAX_LENGTH } from '../contract.ts';
import type { LocalMedia } from '../local-media.ts';
import { roomFromLink } from '../room-link.ts';
import { strings } from '../strings.ts';
import { DeviceButtons, deviceWords } from './controls.tsx';
import { DeviceChoice } from './device-choice.tsx';
import { Elsewhere } from './elsewhere.tsx';
import { focusHeading } from './focus.ts';
import { LanguageChoice } from './language-choice.tsx';
import { useDeviceNews } from './use-device-news.ts';

/** What somebody decided in the lobby. */
export interface Entry {
  readonly name: string;
  readonly consent: boolean;
  readonly creationKey?: string;
}

interface LobbyProps {
  /** The room to join; null to start a new one. */
  readonly room: string | null;
  /** Whether the page was opened by a link that leads to no room. */
  readonly damagedLink: boolean;
  readonly name: string;
  readonly media: LocalMedia;
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
  busy,
  refusal,
  roomGone,
  asksKey,
  onEnter,
  onFollow,
  onHome,
}: LobbyProps) {
  const missing = useSignal(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const submit = (event: TargetedEvent<HTMLFormElement, SubmitEvent>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const entered = String(form.get('name') ?? '').trim();
    missing.value = entered === '';
    if (missing.value) event.currentTarget.querySelector('input')?.focus();
    if (missing.value || busy) return;
    const creationKey = String(form.get('creation-key') ?? '');
    const consent = form.get('consent') !== null;
    onEnter({ name: entered, consent, ...(creationKey && { creationKey }) });
  };
  const nameHint = useId();
  return (
    <main class="lobby">
      <header class="lobby-header">
        <p class="product">{strings.product}</p>
        <p class="tagline">{strings.tagline}</p>
        <LanguageChoice />
      </header>
      <Preview media={media} />
      <form class="card lobby-enter" onSubmit={submit} noValidate>
        <h1 tabindex={-1} ref={heading}>
          {room ? strings.lobby.joinTitle : strings.lobby.startTitle}
        </h1>
        <p class="refusal" role="alert">
          {damagedLink && strings.lobby.wrongLink}
        </p>
        {room && <Elsewhere room={room} />}
        <label class="field">
          <span>{strings.lobby.name}</span>
          <input
            name="name"
            defaultValue={name}
            maxLength={NAME_MAX_LENGTH}
            placeholder={strings.lobby.namePlaceholder}
            autocomplete="name"
            required
            aria-invalid={missing.value}
            aria-describedby={nameHint}
            onInput={() => {
              missing.value = false;
            }}
          />
        </label>
        <p class="refusal" role="alert" id={nameHint}>
          {missing.value && strings.lobby.nameMissing}
        </p>
        {asksKey && (
          <label class="field">
            <span>{strings.lobby.creationKey}</span>
            <input name="creation-key" type="password" autocomplete="off" />
            <small>{strings.lobby.creationKeyHint}</small>
          </label>
        )}
        <Consent />
        <p class="refusal" role="alert">
          {refusal}
        </p>
        <button type="submit" class="primary" disabled={busy}>
          {busy ? strings.lobby.busy : room ? strings.lobby.join : strings.lobby.start}
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
      </form>
      {!room && <FollowLink onFollow={onFollow} />}
    </main>
  );
}

function Consent() {
  const { label, summary, points } = strings.consent;
  return (
    <fieldset class="consent">
      <label class="check">
        <input type="checkbox" name="consent" aria-describedby="consent-meaning" />
        <span>{label}</span>
      </label>
      <div id="consent-meaning">
        <p>{summary}</p>
        <ul>
          {points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      </div>
    </fieldset>
  );
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
        <video ref={video} class="mirrored" muted autoplay playsInline />
        {!track && (
          <p class="preview-off">
            {problem || media.asked.value ? strings.lobby.cameraOff : strings.lobby.askingDevices}
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
