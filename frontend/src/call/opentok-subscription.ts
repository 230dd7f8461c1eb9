import type OT from '@opentok/client';
import { SpeakingGate } from '../devices/audio-level.ts';
import type { Connection, Quality, RemoteMedia } from './call.ts';
import { LEAST_LINES } from './encodings.ts';

/** One stream that we receive. */
export class Subscription {
  readonly stream: OT.Stream;
  readonly #session: OT.Session;
  readonly #subscriber: OT.Subscriber;
  readonly #gate = new SpeakingGate();
  readonly #nothing = new MediaStream();
  #received: MediaStream | null = null;
  #connection: Connection = 'connecting';
  #pictures = true;
  #lines: number | undefined;
  #speaking = false;
  #quality: Quality | null = null;

  constructor(
    session: OT.Session,
    stream: OT.Stream,
    onChange: () => void,
    onFailure: (failed: Subscription) => void,
  ) {
    this.stream = stream;
    this.#session = session;
    // OpenTok plays the stream in a hidden element of its own; the page plays it, too.
    const properties = { insertDefaultUI: false, audioVolume: 0 };
    this.#subscriber = session.subscribe(stream, undefined, properties, (error) => {
      if (error) onFailure(this);
      else {
        this.#change({ connection: 'connected' }, onChange);
        this.#prefer();
      }
    });
    this.#subscriber.on('mediaStreamAvailable', ({ mediaStream }) => {
      this.#received = mediaStream;
      onChange();
    });
    // A stream that was received can fail, too; the library's types leave this event out.
    this.#subscriber.on('error', () => {
      this.#change({ connection: 'reconnecting' }, onChange);
      onFailure(this);
    });
    this.#subscriber.on('connected', () => this.#change({ connection: 'connected' }, onChange));
    this.#subscriber.on('disconnected', () => {
      this.#change({ connection: 'reconnecting' }, onChange);
    });
    // OpenTok leaves out pictures if the network is too slow for them.
    this.#subscriber.on('videoDisabled', () => this.#change({ pictures: false }, onChange));
    this.#subscriber.on('videoEnabled', () => this.#change({ pictures: true }, onChange));
    this.#subscriber.on('audioLevelUpdated', ({ audioLevel }) => {
      const speaking = this.#gate.speaks(audioLevel, performance.now());
      if (speaking === this.#speaking) return;
      this.#speaking = speaking;
      onChange();
    });
    this.#subscriber.on('qualityScoreChanged', ({ qualityScore }) => {
      this.#quality = qualityIn(qualityScore);
      onChange();
    });
  }

  get received(): MediaStream | null {
    return this.#received;
  }

  get media(): Omit<RemoteMedia, 'screen'> {
    return {
      stream: this.#received ?? this.#nothing,
      connection: this.#connection,
      audio: this.stream.hasAudio,
      video: this.stream.hasVideo && this.#pictures,
      speaking: this.#speaking,
      quality: this.#quality,
    };
  }

  /** Asks for no more lines of the picture's shorter side than are shown; undefined asks for nothing. */
  show(lines: number | undefined): void {
    this.#lines = lines;
    if (this.#connection === 'connected') this.#prefer();
  }

  close(): void {
    this.#session.unsubscribe(this.#subscriber);
  }

  #prefer(): void {
    const { width, height } = this.stream.videoDimensions ?? { width: 0, height: 0 };
    if (this.#lines === undefined || width === 0 || height === 0) return;
    const scale = Math.min(1, Math.max(this.#lines, LEAST_LINES) / Math.min(width, height));
    const wanted = { width: Math.round(width * scale), height: Math.round(height * scale) };
    // Only a routed session knows sizes; in another one the whole picture goes on.
    void this.#subscriber.setPreferredResolution(wanted).catch(() => undefined);
  }

  #change(
    { connection, pictures }: { connection?: Connection; pictures?: boolean },
    onChange: () => void,
  ): void {
    this.#connection = connection ?? this.#connection;
    this.#pictures = pictures ?? this.#pictures;
    onChange();
  }
}

/** What OpenTok's scores from 1 (bad) to 5 (excellent) mean; the worse of sound and picture counts. */
function qualityIn({ audioQualityScore, videoQualityScore }: OT.QualityScore): Quality {
  const score = Math.min(audioQualityScore ?? 5, videoQualityScore ?? 5);
  return score <= 2 ? 'poor' : score === 3 ? 'fair' : 'good';
}
