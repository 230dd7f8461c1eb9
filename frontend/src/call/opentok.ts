/**
 * A call carried by OpenTok, now Vonage Video: https://tokbox.com/developer/sdks/js/reference/
 *
 * Everybody publishes one stream and subscribes to the others'; a shared screen is a second one,
 * told by its name. Whose stream it is stands in the data of its connection: there the functions
 * put the participant id.
 */
import type OT from '@opentok/client';
import libraryUrl from '@opentok/client/dist/js/opentok.min.js?url';
import { signal } from '@preact/signals';
import { SpeakingGate } from '../audio-level.ts';
import type { OpenTokToken, Signal } from '../contract.ts';
import type { Call, CallProblem, Connection, LocalTracks, Quality, RemoteMedia } from './call.ts';
import { SILENCE } from './reception.ts';

const RENEW_BEFORE = 60_000; // ms before its end at which a token is not used any more
const RETRY_DELAY = 3_000; // ms, doubled for each further failure
const RETRY_DELAY_MAX = 60_000; // ms
const SUBSCRIBE_DELAY = 5_000; // ms until a stream that could not be had is asked for again
const SUPPORTED = 1; // what `checkSystemRequirements` answers

/** What a stream shows; a screen's carries this as its name. */
type Source = 'camera' | 'screen';

/** What is used of OpenTok's own library. */
export type OpenTokLibrary = Pick<
  typeof OT,
  'checkSystemRequirements' | 'initPublisher' | 'initSession'
>;

/** What an `OpenTokCall` needs of the world. */
export interface OpenTokPorts {
  readonly library: OpenTokLibrary;
  readonly token: OpenTokToken;
  /** A token for the same session with a later end. */
  readonly renew: () => Promise<OpenTokToken>;
  readonly now: () => number;
}

/** Loads OpenTok's library, as it comes from npm: a script that makes one global. */
export async function loadOpenTok(): Promise<OpenTokLibrary> {
  const loaded = globalThis as { OT?: OpenTokLibrary };
  if (!loaded.OT) {
    // A script may be asked for again after it failed; a module, in some browsers, may not.
    const script = document.createElement('script');
    script.src = libraryUrl;
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    }).finally(() => script.remove());
  }
  if (!loaded.OT) throw new Error('the OpenTok library did not start');
  return loaded.OT;
}

/**
 * One OpenTok session, connected anew whenever it is lost.
 *
 * A token is asked for only while connecting: an expired one does not end a connection, and the
 * library offers no way to replace it in one. So each new connection begins with a token that lasts.
 */
export class OpenTokCall implements Call {
  readonly provider = 'opentok';
  readonly remotes = signal<ReadonlyMap<string, RemoteMedia>>(new Map());
  readonly problem = signal<CallProblem | null>(null);
  readonly #ports: OpenTokPorts;
  readonly #people = new Map<string, Remote>();
  #others: ReadonlySet<string> = new Set();
  #token: OpenTokToken;
  #tokenRefused = false;
  readonly #nothing: RemoteMedia = {
    stream: new MediaStream(),
    connection: 'connecting',
    audio: true,
    video: true,
    screen: null,
    ...SILENCE,
  };
  #session: OT.Session | null = null;
  #connection: Connection = 'connecting';
  #connecting = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #tracks: LocalTracks = { audio: null, video: null };
  readonly #publications = new Map<Source, Publication>();
  /** What could not be sent, and why. */
  readonly #unsent = new Map<Source, CallProblem>();
  #closed = false;

  constructor(ports: OpenTokPorts) {
    this.#ports = ports;
    this.#token = ports.token;
    void this.#connect();
  }

  setParticipants(others: ReadonlySet<string>): void {
    this.#others = others;
    this.#update();
  }

  publish(tracks: LocalTracks): void {
    this.#tracks = tracks;
    this.#publish();
  }

  /** Nothing to take: OpenTok has signals of its own. */
  receive(_signal: Signal): void {}

  retry(): void {
    this.#failures = 0;
    if (!this.#session) void this.#connect();
    else this.#publish();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    const session = this.#session;
    for (const source of [...this.#publications.keys()]) this.#unpublish(source);
    this.#reset();
    void session?.disconnect();
    this.remotes.value = new Map();
  }

  async #connect(): Promise<void> {
    if (this.#connecting || this.#closed) return;
    this.#connecting = true;
    clearTimeout(this.#retry);
    try {
      if (this.#ports.library.checkSystemRequirements() !== SUPPORTED) {
        throw Object.assign(new Error(), { name: 'OT_UNSUPPORTED_BROWSER' });
      }
      const { apiKey, sessionId, token } = await this.#lastingToken();
      if (this.#closed) return;
      const session = this.#ports.library.initSession(apiKey, sessionId);
      this.#session = session;
      this.#listen(session);
      await new Promise<void>((resolve, reject) => {
        session.connect(token, (error) => (error ? reject(error) : resolve()));
      });
      if (session !== this.#session) return;
      this.#failures = 0;
      this.#setConnection('connected');
    } catch (error) {
      const problem = problemIn(error);
      if (problem === 'refused') this.#tokenRefused = true;
      this.#lose(problem);
    } finally {
      this.#connecting = false;
    }
  }

  async #lastingToken(): Promise<OpenTokToken> {
    if (this.#tokenRefused || this.#token.expiresAt - this.#ports.now() < RENEW_BEFORE) {
      this.#token = await this.#ports.renew();
      this.#tokenRefused = false;
    }
    return this.#token;
  }

  #listen(session: OT.Session): void {
    const heed =
      <Event>(change: (event: Event) => void) =>
      (event: Event) => {
        if (session !== this.#session) return; // a session given up
        change(event);
        this.#update();
      };
    session.on(
      'connectionCreated',
      heed(({ connection }) => this.#remote(connection).connections.add(connection.connectionId)),
    );
    session.on(
      'connectionDestroyed',
      heed(({ connection }) => {
        this.#remote(connection).connections.delete(connection.connectionId);
      }),
    );
    session.on(
      'streamCreated',
      heed(({ stream }) => this.#remote(stream.connection).streams.set(stream.streamId, stream)),
    );
    session.on(
      'streamDestroyed',
      heed(({ stream }) => {
        this.#remote(stream.connection).streams.delete(stream.streamId);
      }),
    );
    session.on(
      'streamPropertyChanged',
      heed(() => undefined), // the stream itself says what it is now
    );
    session.on(
      'sessionReconnecting',
      heed(() => this.#setConnection('reconnecting')),
    );
    session.on(
      'sessionReconnected',
      heed(() => this.#setConnection('connected')),
    );
    session.on(
      'sessionDisconnected',
      heed(() => this.#lose('unreachable')),
    );
  }

  #setConnection(connection: Connection): void {
    this.#connection = connection;
    if (connection === 'connected') {
      this.#unsent.clear();
      this.problem.value = null;
      this.#publish();
    }
    this.#update();
  }

  /** Gives the session up, and connects again after a while. */
  #lose(problem: CallProblem): void {
    if (this.#closed) return;
    if (this.#connection === 'connected') this.#connection = 'reconnecting';
    this.#reset();
    this.#unsent.clear();
    this.problem.value = problem;
    this.#update();
    const delay = Math.min(RETRY_DELAY * 2 ** this.#failures, RETRY_DELAY_MAX);
    this.#failures += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), delay);
  }

  #reset(): void {
    this.#session = null;
    for (const [source, publication] of [...this.#publications]) {
      if (publication.started) this.#unpublish(source); // its publisher ends with its session
    }
    for (const remote of this.#people.values()) remote.close();
    this.#people.clear();
  }

  #remote({ data }: OT.Connection): Remote {
    let remote = this.#people.get(data);
    if (!remote) {
      remote = new Remote(() => this.#update());
      this.#people.set(data, remote);
    }
    return remote;
  }

  /** Subscribes to the newest stream of everybody named, and to nobody else's. */
  #update(): void {
    if (this.#closed) return;
    for (const [id, remote] of this.#people) {
      remote.subscribe(this.#others.has(id) ? this.#session : null);
      if (remote.gone) this.#people.delete(id);
    }
    this.remotes.value = new Map(
      [...this.#others].map((id) => [id, this.#mediaOf(this.#people.get(id))]),
    );
  }

  #mediaOf(remote: Remote | undefined): RemoteMedia {
    const media = remote?.media(this.#nothing) ?? this.#nothing;
    return this.#connection === 'connected' ? media : { ...media, connection: this.#connection };
  }

  #publish(): void {
    const { audio, video, screen } = this.#tracks;
    this.#send('camera', { audio, video });
    if (screen) {
      this.#send('screen', { audio: null, video: screen });
    } else {
      this.#unpublish('screen');
      this.#tell('screen', null);
    }
  }

  /** Prepares what we send, sends it while connected, and mutes what is to be muted. */
  #send(source: Source, tracks: LocalTracks): void {
    if (this.#publications.get(source)?.canSend(tracks) === false) this.#unpublish(source);
    if (!this.#publications.has(source) && (tracks.audio || tracks.video)) {
      this.#publications.set(source, new Publication(this.#ports.library, source, tracks));
    }
    const publication = this.#publications.get(source);
    if (!publication) return;
    publication.mute(tracks);
    if (!this.#session || this.#connection !== 'connected') return;
    publication.start(this.#session, (error) => {
      if (publication !== this.#publications.get(source)) return;
      this.#tell(source, error ? problemIn(error) : null);
      if (!error) return;
      this.#unpublish(source);
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#publish(), RETRY_DELAY_MAX);
    });
  }

  /** Tells what keeps one source from being sent, or that nothing does any more. */
  #tell(source: Source, problem: CallProblem | null): void {
    if (problem) this.#unsent.set(source, problem);
    else if (!this.#unsent.delete(source)) return;
    this.problem.value = [...this.#unsent.values()][0] ?? null;
  }

  #unpublish(source: Source): void {
    this.#publications.get(source)?.end();
    this.#publications.delete(source);
  }
}

/** What we send. OpenTok stops the tracks it is given when it is done: it gets copies of ours. */
class Publication {
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

  /** Whether these tracks need no other publisher; a camera's track cannot be exchanged in one. */
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

/** Somebody else in the session. They may be connected twice for a while, after a lost connection. */
class Remote {
  readonly connections = new Set<string>();
  readonly streams = new Map<string, OT.Stream>();
  readonly #camera: Slot;
  readonly #screen: Slot;

  constructor(onChange: () => void) {
    this.#camera = new Slot(onChange);
    this.#screen = new Slot(onChange);
  }

  get gone(): boolean {
    return this.connections.size === 0 && this.streams.size === 0;
  }

  /** What we receive of them, which may be `nothing` so far. */
  media(nothing: RemoteMedia): RemoteMedia {
    const screen = this.#screen.subscription?.received ?? null;
    const media = this.#camera.subscription?.media;
    if (media) return { ...nothing, ...media, screen };
    if (this.gone || this.#newest('camera')) return { ...nothing, screen };
    // Here, but with neither a camera nor a microphone.
    return { ...nothing, connection: 'connected', audio: false, video: false, screen };
  }

  /** Receives the newest streams through `session`; nothing when that is null. */
  subscribe(session: OT.Session | null): void {
    this.#camera.subscribe(session, this.#newest('camera'));
    this.#screen.subscribe(session, this.#newest('screen'));
  }

  close(): void {
    this.#camera.close();
    this.#screen.close();
  }

  #newest(source: Source): OT.Stream | undefined {
    const wanted = ({ name }: OT.Stream) => (name === 'screen') === (source === 'screen');
    return [...this.streams.values()].filter(wanted).at(-1);
  }
}

/** Receives one stream after the other, and asks again for one that could not be had. */
class Slot {
  readonly #onChange: () => void;
  #subscription: Subscription | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get subscription(): Subscription | null {
    return this.#subscription;
  }

  subscribe(session: OT.Session | null, stream: OT.Stream | undefined): void {
    if (session && this.#subscription && this.#subscription.stream === stream) return;
    this.close();
    if (!session || !stream) return;
    this.#subscription = new Subscription(session, stream, this.#onChange, (failed) => {
      if (failed !== this.#subscription) return;
      this.#retry = setTimeout(() => {
        this.close();
        this.#onChange();
      }, SUBSCRIBE_DELAY);
    });
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#subscription?.close();
    this.#subscription = null;
  }
}

/** One stream on its way to us. */
class Subscription {
  readonly stream: OT.Stream;
  readonly #session: OT.Session;
  readonly #subscriber: OT.Subscriber;
  readonly #gate = new SpeakingGate();
  readonly #nothing = new MediaStream();
  #received: MediaStream | null = null;
  #connection: Connection = 'connecting';
  #pictures = true;
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
    // Its volume is that of an element of OpenTok's own, which plays beside the page's.
    const properties = { insertDefaultUI: false, audioVolume: 0 };
    this.#subscriber = session.subscribe(stream, undefined, properties, (error) => {
      if (error) onFailure(this);
      else this.#change({ connection: 'connected' }, onChange);
    });
    this.#subscriber.on('mediaStreamAvailable', ({ mediaStream }) => {
      this.#received = mediaStream;
      onChange();
    });
    this.#subscriber.on('connected', () => this.#change({ connection: 'connected' }, onChange));
    this.#subscriber.on('disconnected', () => {
      this.#change({ connection: 'reconnecting' }, onChange);
    });
    // Pictures are left out when the network is too slow for them.
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

  close(): void {
    this.#session.unsubscribe(this.#subscriber);
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

function ended(track: MediaStreamTrack | null): boolean {
  return track?.readyState === 'ended';
}

const PROBLEMS: Readonly<Record<string, CallProblem>> = {
  OT_AUTHENTICATION_ERROR: 'refused',
  OT_INVALID_SESSION_ID: 'refused',
  OT_PERMISSION_DENIED: 'refused',
  OT_TERMS_OF_SERVICE_FAILURE: 'refused',
  OT_CONNECTION_LIMIT_EXCEEDED: 'full',
  OT_STREAM_LIMIT_EXCEEDED: 'full',
  OT_NOT_SUPPORTED: 'unsupported',
  OT_UNSUPPORTED_BROWSER: 'unsupported',
  OT_REQUESTED_DEVICE_PERMISSION_DENIED: 'device-denied',
  OT_USER_MEDIA_ACCESS_DENIED: 'device-denied',
  OT_CONSTRAINTS_NOT_SATISFIED: 'device-missing',
  OT_NO_DEVICES_FOUND: 'device-missing',
  OT_CHROME_MICROPHONE_ACQUISITION_ERROR: 'device-busy',
  OT_HARDWARE_UNAVAILABLE: 'device-busy',
  OT_MEDIA_ENDED: 'device-busy',
  OT_UNABLE_TO_CAPTURE_MEDIA: 'device-busy',
  OT_INVALID_PARAMETER: 'failed',
  OT_STREAM_CREATE_FAILED: 'failed',
};

/** What an error of OpenTok's, or of asking for a token, means; mostly that nobody answers. */
function problemIn(error: unknown): CallProblem {
  return (
    (error instanceof Object && PROBLEMS[(error as Partial<Error>).name ?? '']) || 'unreachable'
  );
}
