/**
 * A call carried by OpenTok, now Vonage Video: https://tokbox.com/developer/sdks/js/reference/
 *
 * Each participant publishes one stream and subscribes to the others'. A shared screen is a second
 * stream, recognised by its name. The data of a stream's connection is the participant id: the
 * functions put it there.
 */
import type OT from '@opentok/client';
import { signal } from '@preact/signals';
import { pauseAfter } from '../wire/api.ts';
import type { OpenTokToken, Signal } from '../wire/contract.ts';
import type { Call, CallProblem, Connection, LocalTracks, RemoteMedia } from './call.ts';
import type { OpenTokLibrary } from './opentok-library.ts';
import { problemIn } from './opentok-problems.ts';
import { Publication, type Source } from './opentok-publication.ts';
import { Remote } from './opentok-remote.ts';
import { SILENCE } from './reception.ts';

export { loadOpenTok } from './opentok-library.ts';

const RENEW_BEFORE = 60_000; // ms before a token expires, from which it is not used
const RETRY_DELAY = 3_000; // ms, doubled for each further failure
const RETRY_DELAY_MAX = 60_000; // ms
const SUPPORTED = 1; // what `checkSystemRequirements` answers
const ENDED_WITHIN = 5_000; // ms; a socket that nobody answers may take longer to close
const CONNECTED_WITHIN = 30_000; // ms; the library forgets an attempt that an older connection's end interrupts

/** What an `OpenTokCall` needs of the world. */
export interface OpenTokPorts {
  readonly library: OpenTokLibrary;
  readonly token: OpenTokToken;
  /** A token for the same session with a later end. */
  readonly renew: () => Promise<OpenTokToken>;
  readonly now: () => number;
}

/**
 * One OpenTok session. It connects again whenever the connection is lost.
 *
 * Each connection starts with a token that lasts. An expired token does not end a connection, and
 * the library cannot replace a token within one.
 */
export class OpenTokCall implements Call {
  readonly provider = 'opentok';
  readonly remotes = signal<ReadonlyMap<string, RemoteMedia>>(new Map());
  readonly problem = signal<CallProblem | null>(null);
  readonly #ports: OpenTokPorts;
  readonly #people = new Map<string, Remote>();
  #others: ReadonlySet<string> = new Set();
  #shown: ReadonlyMap<string, number> = new Map();
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
  /** The session that is listened to: usually the same for all our connections. */
  #heard: OT.Session | null = null;
  #connection: Connection = 'connecting';
  #connecting = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #tracks: LocalTracks = { audio: null, video: null };
  readonly #publications = new Map<Source, Publication>();
  /** The sources that cannot be sent, and why. */
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

  setShown(lines: ReadonlyMap<string, number>): void {
    this.#shown = lines;
    for (const [id, remote] of this.#people) remote.show(lines.get(id));
  }

  /** Does nothing: OpenTok has its own signalling. */
  receive(_signal: Signal): void {}

  connectionsOf(participant: string): readonly string[] {
    return [...(this.#people.get(participant)?.connections ?? [])];
  }

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
      // The library gives the same object for the same session, also to the next call of this page. While
      // an older connection of it is not over, its end would be taken for ours, and while it lasts the
      // library ignores our attempt.
      await Promise.race([session.disconnect().catch(() => undefined), pause(ENDED_WITHIN)]);
      if (this.#closed) return;
      this.#session = session;
      if (session !== this.#heard) this.#listen(session);
      this.#heard = session;
      await new Promise<void>((resolve, reject) => {
        session.connect(token, (error) => (error ? reject(error) : resolve()));
        setTimeout(reject, CONNECTED_WITHIN);
      });
      if (session !== this.#session) return;
      this.#failures = 0;
      this.#setConnection('connected');
    } catch (error) {
      const problem = problemIn(error);
      if (problem === 'refused') this.#tokenRefused = true;
      this.#lose(problem, error);
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
        if (session !== this.#session) return; // an ended session
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
      heed(() => undefined), // the stream object is already up to date
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

  /** Ends the session and connects again after a pause; `error` may say how long a one. */
  #lose(problem: CallProblem, error?: unknown): void {
    if (this.#closed) return;
    if (this.#connection === 'connected') this.#connection = 'reconnecting';
    this.#reset();
    this.#unsent.clear();
    this.problem.value = problem;
    this.#update();
    const delay = Math.min(RETRY_DELAY * 2 ** this.#failures, RETRY_DELAY_MAX);
    this.#failures += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), pauseAfter(error, delay));
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
      remote.show(this.#shown.get(data));
    }
    return remote;
  }

  /** Subscribes to the newest stream of each participant we should hear; drops all others. */
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

  /** Creates the publisher, sends it while connected, and mutes it as our tracks say. */
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

  /** Records why one source cannot be sent; null clears it. */
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
