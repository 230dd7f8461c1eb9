import type OT from '@opentok/client';
import type { LocalTracks } from './call.ts';
import type { OpenTokLibrary } from './opentok-library.ts';

/** The source of a stream; a screen's stream has it as its name. */
export type Source = 'camera' | 'screen';

/** Our own stream. OpenTok stops its tracks at the end, so it gets copies of ours. */
export class Publication {
  readonly #publisher: OT.Publisher;
  readonly #originals: LocalTracks;
  readonly #copies: LocalTracks;
  #session: OT.Session | null = null;
  #onResult: (error?: OT.OTError) => void = () => undefined;
  #over = false;

  constructor(library: OpenTokLibrary, source: Source, tracks: LocalTracks) {
    this.#originals = tracks;
    this.#copies = { audio: tracks.audio?.clone() ?? null, video: tracks.video?.clone() ?? null };
    this.#publisher = library.initPublisher(
      undefined,
      {
        audioSource: this.#copies.audio,
        videoSource: this.#copies.video,
        publishAudio: tracks.audio?.enabled ?? false,
        publishVideo: tracks.video?.enabled ?? false,
        insertDefaultUI: false, // the page shows our own camera, and the others', itself
        ...(source === 'screen' && { name: source, videoContentHint: 'detail' }),
      },
      (error) => error && this.#onResult(error),
    );
    this.#publisher.on('destroyed', () => {
      this.#over = true;
    });
  }

  get started(): boolean {
    return this.#session !== null;
  }

  start(session: OT.Session, onResult: (error?: OT.OTError) => void): void {
    if (this.started) return;
    this.#session = session;
    this.#onResult = onResult;
    session.publish(this.#publisher, (error) => this.#onResult(error));
  }

  /** Whether this publisher can send these tracks; it cannot exchange its camera track. */
  canSend({ audio, video }: LocalTracks): boolean {
    return (
      !this.#over &&
      (audio === null || audio === this.#originals.audio) &&
      (video === null || (video === this.#originals.video && !ended(this.#copies.video)))
    );
  }

  mute({ audio, video }: LocalTracks): void {
    this.#publisher.publishAudio(audio?.enabled ?? false);
    this.#publisher.publishVideo(video?.enabled ?? false);
    if (!video) this.#copies.video?.stop(); // else the camera's light stays on
  }

  end(): void {
    this.#onResult = () => undefined;
    if (!this.#over) {
      this.#session?.unpublish(this.#publisher);
      this.#publisher.destroy();
    }
    this.#copies.audio?.stop();
    this.#copies.video?.stop();
  }
}

function ended(track: MediaStreamTrack | null): boolean {
  return track?.readyState === 'ended';
}
