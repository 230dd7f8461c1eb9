import type OT from '@opentok/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import http from '../../../tests/contract/http.json';
import { parseVideoToken } from '../wire/answers.ts';
import { ApiError } from '../wire/api.ts';
import type { OpenTokToken } from '../wire/contract.ts';
import type { CallProblem } from './call.ts';
import { OpenTokCall } from './opentok.ts';
import type { OpenTokLibrary } from './opentok-library.ts';

const ADA = 'aaaaaaaaaaaaaaaaaaaa01';
const ZOE = 'zzzzzzzzzzzzzzzzzzzz01';
const NOW = 1_763_834_400_000;
const TOKEN = {
  ...(parseVideoToken(
    http['POST /api/rooms/{room}/video-token (opentok)'].response,
  ) as OpenTokToken),
  expiresAt: NOW + 3_600_000,
};

class FakeTrack {
  readyState: MediaStreamTrackState = 'live';
  enabled = true;
  readonly copies: FakeTrack[] = [];

  clone(): FakeTrack {
    const copy = new FakeTrack();
    this.copies.push(copy);
    return copy;
  }

  stop(): void {
    this.readyState = 'ended';
  }
}

const track = () => new FakeTrack() as FakeTrack & MediaStreamTrack;

class Emitter {
  readonly #handlers: [string, (event: object) => void][] = [];

  on(name: string, handler: (event: never) => void): void {
    this.#handlers.push([name, handler as (event: object) => void]);
  }

  emit(name: string, event: object = {}): void {
    for (const [wanted, handler] of this.#handlers) if (wanted === name) handler(event);
  }
}

type Done = (error?: OT.OTError) => void;

class FakeSubscriber extends Emitter {
  readonly stream: OT.Stream;
  readonly done: Done;
  readonly media = new MediaStream();
  over = false;
  preferred: OT.Dimensions | null = null;

  constructor(stream: OT.Stream, done: Done) {
    super();
    this.stream = stream;
    this.done = done;
  }

  async setPreferredResolution(resolution: OT.Dimensions): Promise<void> {
    this.preferred = resolution;
  }

  arrive(): void {
    this.emit('mediaStreamAvailable', { mediaStream: this.media });
    this.done();
  }
}

class FakePublisher extends Emitter {
  readonly properties: OT.PublisherProperties;
  audio: boolean;
  video: boolean;
  over = false;

  constructor(properties: OT.PublisherProperties) {
    super();
    this.properties = properties;
    this.audio = properties.publishAudio ?? true;
    this.video = properties.publishVideo ?? true;
  }

  publishAudio(on: boolean): void {
    this.audio = on;
  }

  publishVideo(on: boolean): void {
    this.video = on;
  }

  destroy(): void {
    this.over = true;
    this.emit('destroyed');
  }
}

/** A session as OpenTok's, which happens to do what the test says. */
class FakeSession extends Emitter {
  token = '';
  connected: Done = () => undefined;
  published: { publisher: FakePublisher; done: Done }[] = [];
  subscribers: FakeSubscriber[] = [];
  over = false;
  /** Resolves once a connection that is to end has ended. */
  ending: Promise<void> = Promise.resolve();
  attempts = 0;

  connect(token: string, done: Done): void {
    this.attempts += 1;
    this.token = token;
    this.connected = done;
  }

  async disconnect(): Promise<void> {
    if (!this.token) return; // it was not connected
    this.over = true;
    await this.ending;
  }

  publish(publisher: FakePublisher, done: Done): void {
    this.published.push({ publisher, done });
  }

  unpublish(publisher: FakePublisher): void {
    this.published = this.published.filter((one) => one.publisher !== publisher);
  }

  subscribe(stream: OT.Stream, _target: undefined, _how: object, done: Done): FakeSubscriber {
    const subscriber = new FakeSubscriber(stream, done);
    this.subscribers.push(subscriber);
    return subscriber;
  }

  unsubscribe(subscriber: FakeSubscriber): void {
    subscriber.over = true;
  }

  /** What is subscribed to at present. */
  get received(): readonly FakeSubscriber[] {
    return this.subscribers.filter(({ over }) => !over);
  }
}

let streams = 0;

function streamOf(participant: string, change: Partial<OT.Stream> = {}): OT.Stream {
  streams += 1;
  return {
    streamId: `stream ${streams}`,
    connection: {
      connectionId: `connection of ${participant}`,
      creationTime: 0,
      data: participant,
    },
    creationTime: streams,
    frameRate: 30,
    hasAudio: true,
    hasCaptions: false,
    hasVideo: true,
    initials: '',
    name: '',
    videoDimensions: { width: 640, height: 480 },
    videoType: 'camera',
    ...change,
  };
}

/** What is not as usual: the browser, how often no token can be had, or the first token. */
interface Circumstances extends Partial<OpenTokToken> {
  readonly supported?: number;
  readonly away?: number;
  /** How long, in ms, the functions ask to be left alone in place of a token. */
  readonly busy?: number;
  /** The session that the library has from an earlier call of this page. */
  readonly same?: FakeSession;
}

/** A call among fakes; `session()` is the newest one. */
function callUp({ supported = 1, away = 0, busy, same, ...change }: Circumstances = {}) {
  const sessions: FakeSession[] = [];
  const publishers: FakePublisher[] = [];
  const library = {
    checkSystemRequirements: () => supported,
    initSession: () => {
      const session = same ?? new FakeSession();
      sessions.push(session);
      return session;
    },
    initPublisher: (_target: undefined, properties: OT.PublisherProperties) => {
      const publisher = new FakePublisher(properties);
      publishers.push(publisher);
      return publisher;
    },
  };
  let missed = 0;
  const renew = vi.fn(async () => {
    missed += 1;
    if (missed <= away) throw new Error('away');
    if (busy) throw new ApiError(503, 'storage-unavailable', '', busy);
    return { ...TOKEN, token: 'renewed', expiresAt: Date.now() + 3_600_000 };
  });
  const call = new OpenTokCall({
    library: library as unknown as OpenTokLibrary,
    token: { ...TOKEN, ...change },
    renew,
    now: () => Date.now(),
  });
  const session = () => sessions.at(-1) ?? expect.fail('no session');
  const publisher = () => publishers.at(-1) ?? expect.fail('no publisher');
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const connect = async () => {
    await settle();
    session().connected();
    await settle();
  };
  const lose = async (name: string) => {
    session().connected({ name, message: '' });
    await settle();
  };
  return {
    call,
    sessions,
    session,
    publishers,
    publisher,
    renew,
    settle,
    connect,
    lose,
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.stubGlobal('MediaStream', class {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('whose stream it is', () => {
  it.each([
    ['as they joined', [ADA, ZOE]],
    ['the other way round', [ZOE, ADA]],
  ])('is said by its connection, when they come %s', async (_order, order) => {
    const { call, session, connect } = callUp();
    call.setParticipants(new Set([ADA, ZOE]));
    await connect();
    for (const id of order) session().emit('streamCreated', { stream: streamOf(id) });
    for (const subscriber of session().subscribers) subscriber.arrive();
    for (const subscriber of session().subscribers) {
      const whose = subscriber.stream.connection.data;
      expect(call.remotes.value.get(whose)?.stream).toBe(subscriber.media);
      expect(call.remotes.value.get(whose)?.connection).toBe('connected');
    }
    expect([...call.remotes.value.keys()]).toEqual([ADA, ZOE]);
  });

  it('is asked for no larger than it is shown, also when it comes later', async () => {
    const { call, session, connect } = callUp();
    call.setShown(new Map([[ADA, 180]]));
    call.setParticipants(new Set([ADA, ZOE]));
    await connect();
    for (const id of [ADA, ZOE]) session().emit('streamCreated', { stream: streamOf(id) });
    const [ada, zoe] = session().subscribers;
    ada?.arrive();
    zoe?.arrive();
    expect(ada?.preferred).toEqual({ width: 240, height: 180 });
    expect(zoe?.preferred).toBeNull();
    call.setShown(new Map([[ADA, 900]]));
    expect(ada?.preferred).toEqual({ width: 640, height: 480 });
  });

  it('may be known before the room names them, and is subscribed to only then', async () => {
    const { call, session, connect } = callUp();
    await connect();
    session().emit('streamCreated', { stream: streamOf(ADA) });
    expect(session().subscribers).toEqual([]);
    call.setParticipants(new Set([ADA]));
    expect(session().received.map(({ stream }) => stream.connection.data)).toEqual([ADA]);
    call.setParticipants(new Set());
    expect(session().received).toEqual([]);
    expect(call.remotes.value.size).toBe(0);
  });

  it('is forgotten when it ends, and the newest of several is the one received', async () => {
    const { call, session, connect } = callUp();
    call.setParticipants(new Set([ADA]));
    await connect();
    const [first, second] = [streamOf(ADA), streamOf(ADA)];
    session().emit('streamCreated', { stream: first });
    session().emit('streamCreated', { stream: second });
    expect(session().received.map(({ stream }) => stream)).toEqual([second]);
    session().emit('streamDestroyed', { stream: first });
    expect(session().received.map(({ stream }) => stream)).toEqual([second]);
    session().emit('streamDestroyed', { stream: second });
    expect(session().received).toEqual([]);
    expect(call.remotes.value.get(ADA)?.connection).toBe('connecting');
  });

  it('can be nobody yet: who is connected and sends nothing is shown as muted', async () => {
    const { call, session, connect } = callUp();
    call.setParticipants(new Set([ADA]));
    await connect();
    const { connection } = streamOf(ADA);
    session().emit('connectionCreated', { connection });
    expect(call.remotes.value.get(ADA)).toMatchObject({
      connection: 'connected',
      audio: false,
      video: false,
    });
    session().emit('connectionDestroyed', { connection });
    expect(call.remotes.value.get(ADA)?.connection).toBe('connecting');
  });
});

describe('what is received', () => {
  /** Ada's stream, arrived. */
  async function receiving() {
    const up = callUp();
    up.call.setParticipants(new Set([ADA]));
    await up.connect();
    const stream = streamOf(ADA);
    up.session().emit('streamCreated', { stream });
    const subscriber = up.session().subscribers[0] ?? expect.fail('not subscribed');
    subscriber.arrive();
    const media = () => up.call.remotes.value.get(ADA);
    return { ...up, stream, subscriber, media };
  }

  it('is muted when the stream says so', async () => {
    const { session, stream, media } = await receiving();
    expect(media()).toMatchObject({ audio: true, video: true });
    stream.hasAudio = false;
    session().emit('streamPropertyChanged', { stream, changedProperty: 'hasAudio' });
    expect(media()).toMatchObject({ audio: false, video: true });
    stream.hasVideo = false;
    session().emit('streamPropertyChanged', { stream, changedProperty: 'hasVideo' });
    expect(media()).toMatchObject({ audio: false, video: false });
  });

  it('has no pictures while the network is too slow for them', async () => {
    const { subscriber, media } = await receiving();
    subscriber.emit('videoDisabled', { reason: 'quality' });
    expect(media()?.video).toBe(false);
    subscriber.emit('videoEnabled', { reason: 'quality' });
    expect(media()?.video).toBe(true);
  });

  it('is reconnecting while that one stream, or the whole session, is', async () => {
    const { session, subscriber, media } = await receiving();
    subscriber.emit('disconnected');
    expect(media()?.connection).toBe('reconnecting');
    subscriber.emit('connected');
    expect(media()?.connection).toBe('connected');
    session().emit('sessionReconnecting');
    expect(media()?.connection).toBe('reconnecting');
    session().emit('sessionReconnected');
    expect(media()?.connection).toBe('connected');
    expect(media()?.stream).toBe(subscriber.media);
  });

  it('is asked for again when it could not be had', async () => {
    const { session, subscriber } = await receiving();
    subscriber.done({ name: 'OT_TIMEOUT', message: '' });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(subscriber.over).toBe(true);
    expect(session().received).toHaveLength(1);
  });

  it('is asked for again when it fails after it came', async () => {
    const { session, subscriber, media } = await receiving();
    subscriber.emit('error', { message: 'ICEWorkflow' });
    expect(media()?.connection).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(subscriber.over).toBe(true);
    expect(session().received).toHaveLength(1);
    session().received[0]?.arrive();
    expect(media()?.connection).toBe('connected');
  });

  it('comes again from a new session after the old one was lost', async () => {
    const { session, sessions, media, connect } = await receiving();
    const lost = session();
    lost.emit('sessionDisconnected', { reason: 'networkDisconnected' });
    expect(media()?.connection).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(sessions).toHaveLength(2);
    await connect();
    session().emit('streamCreated', { stream: streamOf(ADA) });
    session().subscribers[0]?.arrive();
    expect(media()?.connection).toBe('connected');
    lost.emit('streamDestroyed', { stream: streamOf(ADA) });
    expect(media()?.connection).toBe('connected');
  });
});

describe('what is sent', () => {
  it('is a copy of our tracks, once we are connected', async () => {
    const { call, session, publisher, settle, connect } = callUp();
    const [audio, video] = [track(), track()];
    call.publish({ audio, video });
    await settle();
    expect(session().published).toEqual([]);
    await connect();
    expect(session().published.map((one) => one.publisher)).toEqual([publisher()]);
    expect(publisher().properties).toMatchObject({
      audioSource: audio.copies[0],
      videoSource: video.copies[0],
      insertDefaultUI: false,
    });
  });

  it('is muted, not taken back, when a track is off; then the copy of the camera is stopped', async () => {
    const { call, session, publisher, connect } = callUp();
    const [audio, video] = [track(), track()];
    call.publish({ audio, video });
    await connect();
    audio.enabled = false;
    call.publish({ audio, video });
    expect(publisher()).toMatchObject({ audio: false, video: true });
    call.publish({ audio, video: null });
    expect(publisher()).toMatchObject({ audio: false, video: false });
    expect(video.copies[0]?.readyState).toBe('ended');
    expect(session().published).toHaveLength(1);
  });

  it('is published anew with a new camera track', async () => {
    const { call, session, publishers, publisher, connect } = callUp();
    const audio = track();
    call.publish({ audio, video: track() });
    await connect();
    call.publish({ audio, video: track() });
    expect(publishers[0]?.over).toBe(true);
    expect(session().published.map((one) => one.publisher)).toEqual([publisher()]);
    expect(publishers).toHaveLength(2);
  });

  it('is nothing at all without a camera and a microphone', async () => {
    const { call, publishers, connect } = callUp();
    call.publish({ audio: null, video: null });
    await connect();
    expect(publishers).toEqual([]);
  });

  it('is published again in the session after a lost one', async () => {
    const { call, session, publishers, connect } = callUp();
    call.publish({ audio: track(), video: track() });
    await connect();
    session().emit('sessionDisconnected', { reason: 'networkDisconnected' });
    await vi.advanceTimersByTimeAsync(4_000);
    await connect();
    expect(session().published).toHaveLength(1);
    expect(publishers.map(({ over }) => over)).toEqual([true, false]);
  });

  it('ends with the call, and our own tracks go on', async () => {
    const { call, session, publisher, connect } = callUp();
    const [audio, video] = [track(), track()];
    call.publish({ audio, video });
    await connect();
    const left = session();
    call.close();
    expect(left.over).toBe(true);
    expect(publisher().over).toBe(true);
    expect([audio.readyState, video.readyState]).toEqual(['live', 'live']);
    expect(call.remotes.value.size).toBe(0);
  });
});

describe('a session that this page was in before', () => {
  it('is entered once our older connection to it has ended', async () => {
    const former = callUp();
    await former.connect();
    const same = former.session();
    let ended = () => {};
    same.ending = new Promise((resolve) => {
      ended = resolve;
    });
    former.call.close();
    const { call, settle } = callUp({ same });
    await settle();
    expect(same.attempts).toBe(1);
    same.emit('sessionDisconnected', { reason: 'clientDisconnected' });
    ended();
    await settle();
    expect(same.attempts).toBe(2);
    same.connected();
    await settle();
    expect(call.problem.value).toBeNull();
    call.setParticipants(new Set([ADA]));
    same.emit('streamCreated', { stream: streamOf(ADA) });
    expect(same.received).toHaveLength(1);
  });

  it('is entered all the same where the end of the older connection is never told', async () => {
    const same = new FakeSession();
    same.token = 'of an earlier call';
    same.ending = new Promise(() => undefined);
    callUp({ same });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(same.attempts).toBe(1);
  });

  it('is listened to once, however often we connect to it', async () => {
    const same = new FakeSession();
    const listened = vi.spyOn(same, 'on');
    const { connect } = callUp({ same });
    await connect();
    const once = listened.mock.calls.length;
    for (let lost = 0; lost < 3; lost++) {
      same.emit('sessionDisconnected', { reason: 'networkDisconnected' });
      await vi.advanceTimersByTimeAsync(4_000);
      await connect();
    }
    expect(same.attempts).toBe(4);
    expect(listened).toHaveBeenCalledTimes(once);
  });

  it('is tried again where the library never answers', async () => {
    const { call, sessions, settle, connect } = callUp();
    await settle();
    expect(sessions).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(33_000);
    expect(sessions).toHaveLength(2);
    await connect();
    expect(call.problem.value).toBeNull();
  });
});

describe('a refusal', () => {
  const meanings: [string, CallProblem][] = [
    ['OT_AUTHENTICATION_ERROR', 'refused'],
    ['OT_CONNECT_FAILED', 'unreachable'],
    ['OT_CONNECTION_LIMIT_EXCEEDED', 'full'],
    ['OT_SOMETHING_NEW', 'unreachable'],
  ];

  it.each(meanings)('of a connection, %s, is told and tried again', async (name, problem) => {
    const { call, sessions, settle, lose, connect } = callUp();
    await settle();
    await lose(name);
    expect(call.problem.value).toBe(problem);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(sessions).toHaveLength(2);
    await connect();
    expect(call.problem.value).toBeNull();
  });

  const ofDevices: [string, CallProblem][] = [
    ['OT_USER_MEDIA_ACCESS_DENIED', 'device-denied'],
    ['OT_NO_DEVICES_FOUND', 'device-missing'],
    ['OT_HARDWARE_UNAVAILABLE', 'device-busy'],
    ['OT_STREAM_CREATE_FAILED', 'failed'],
  ];

  it.each(ofDevices)(
    'to publish, %s, leaves us in the call, and is tried again',
    async (name, problem) => {
      const { call, session, sessions, connect } = callUp();
      call.publish({ audio: track(), video: track() });
      await connect();
      session().published[0]?.done({ name, message: '' });
      expect(call.problem.value).toBe(problem);
      expect(session().published).toEqual([]);
      call.retry();
      session().published[0]?.done();
      expect(call.problem.value).toBeNull();
      expect(sessions).toHaveLength(1);
    },
  );

  it('to publish the camera is told until it is sent, whatever becomes of a shared screen', async () => {
    const { call, session, connect } = callUp();
    const camera = { audio: track(), video: track() };
    call.publish(camera);
    await connect();
    session().published[0]?.done({ name: 'OT_HARDWARE_UNAVAILABLE', message: '' });
    const shared = session().published.length;
    call.publish({ ...camera, screen: track() });
    for (const { done } of session().published.slice(shared + 1)) done();
    expect(call.problem.value).toBe('device-busy');
    call.publish(camera);
    expect(call.problem.value).toBe('device-busy');
    call.retry();
    session().published[0]?.done();
    expect(call.problem.value).toBeNull();
  });

  it('is tried again less and less often by itself, and at once when we ask', async () => {
    const { call, sessions, settle, lose } = callUp();
    await settle();
    for (const seconds of [3, 6, 12, 24, 48, 60, 60]) {
      await lose('OT_CONNECT_FAILED');
      const before = sessions.length;
      await vi.advanceTimersByTimeAsync(seconds * 1_000 - 1);
      expect(sessions).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(sessions).toHaveLength(before + 1);
    }
    await lose('OT_CONNECT_FAILED');
    const before = sessions.length;
    call.retry();
    await settle();
    expect(sessions).toHaveLength(before + 1);
    await lose('OT_CONNECT_FAILED');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(sessions).toHaveLength(before + 2);
  });

  it('of a browser that OpenTok does not know makes no session', async () => {
    const { call, sessions, settle } = callUp({ supported: 0 });
    await settle();
    expect(call.problem.value).toBe('unsupported');
    expect(sessions).toEqual([]);
  });
});

describe('the token', () => {
  it('is used while it lasts', async () => {
    const { session, renew, connect } = callUp();
    await connect();
    expect(session().token).toBe(TOKEN.token);
    expect(renew).not.toHaveBeenCalled();
  });

  it('is renewed before a connection it would not outlast', async () => {
    const { session, renew, connect } = callUp();
    await connect();
    vi.setSystemTime(TOKEN.expiresAt - 30_000);
    session().emit('sessionDisconnected', { reason: 'networkDisconnected' });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(renew).toHaveBeenCalledOnce();
    expect(session().token).toBe('renewed');
  });

  it('is renewed after it was refused', async () => {
    const { session, settle, lose } = callUp();
    await settle();
    await lose('OT_AUTHENTICATION_ERROR');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(session().token).toBe('renewed');
  });

  it('that cannot be renewed is asked for again', async () => {
    const { call, sessions, settle } = callUp({ expiresAt: NOW, away: 1 });
    await settle();
    expect(sessions).toEqual([]);
    expect(call.problem.value).toBe('unreachable');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(sessions).toHaveLength(1);
  });
});

describe('a refused token', () => {
  it('is asked for no sooner than the functions say', async () => {
    const { renew } = callUp({ expiresAt: NOW, busy: 20_000 });
    await vi.advanceTimersByTimeAsync(19_000);
    expect(renew).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(renew).toHaveBeenCalledTimes(2);
  });
});

describe('a shared screen', () => {
  it('is sent as a second stream, named so, and ends without the camera', async () => {
    const { call, session, connect, settle } = callUp();
    await connect();
    const camera = track();
    const screen = track();
    call.publish({ audio: null, video: camera, screen });
    await settle();
    const names = () => session().published.map(({ publisher }) => publisher.properties.name);
    expect(names()).toEqual([undefined, 'screen']);
    call.publish({ audio: null, video: camera, screen: null });
    expect(names()).toEqual([undefined]);
    expect(screen.copies.map(({ readyState }) => readyState)).toEqual(['ended']);
    expect(screen.readyState).toBe('live'); // ours to stop, not the library's
  });

  it('of somebody else is told apart from their camera, whichever comes first', async () => {
    const { call, session, connect } = callUp();
    call.setParticipants(new Set([ZOE]));
    await connect();
    session().emit('streamCreated', { stream: streamOf(ZOE, { name: 'screen' }) });
    session().emit('streamCreated', { stream: streamOf(ZOE) });
    const [camera, screen] = session().received;
    for (const subscriber of session().received) subscriber.arrive();
    const media = () => call.remotes.value.get(ZOE);
    const ofScreen = session().received.find(({ stream }) => stream.name === 'screen');
    expect(session().received).toHaveLength(2);
    expect(media()?.screen).toBe(ofScreen?.media);
    expect(media()?.stream).toBe((ofScreen === camera ? screen : camera)?.media);
    session().emit('streamDestroyed', { stream: ofScreen?.stream });
    expect(media()?.screen).toBeNull();
    expect(media()?.video).toBe(true);
  });
});

describe('what is heard of somebody', () => {
  it('is whether they speak, and how well they reach us', async () => {
    const { call, session, connect } = callUp();
    call.setParticipants(new Set([ZOE]));
    await connect();
    session().emit('streamCreated', { stream: streamOf(ZOE) });
    const [subscriber] = session().received;
    subscriber?.arrive();
    const media = () => call.remotes.value.get(ZOE);
    expect([media()?.speaking, media()?.quality]).toEqual([false, null]);
    subscriber?.emit('audioLevelUpdated', { audioLevel: 0.2 });
    expect(media()?.speaking).toBe(true);
    vi.advanceTimersByTime(2_000);
    subscriber?.emit('audioLevelUpdated', { audioLevel: 0 });
    expect(media()?.speaking).toBe(false);
    for (const [score, quality] of [
      [5, 'good'],
      [3, 'fair'],
      [1, 'poor'],
    ] as const) {
      const qualityScore = { audioQualityScore: 5, videoQualityScore: score };
      subscriber?.emit('qualityScoreChanged', { qualityScore });
      expect(media()?.quality).toBe(quality);
    }
  });
});
