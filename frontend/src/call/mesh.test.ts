// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject, Signal } from '../contract.ts';
import { MeshCall } from './mesh.ts';
import { parsePeerSignal } from './mesh-signal.ts';

const POLITE = 'pppppppppppppppppppp01'; // the lower id gives way
const IMPOLITE = 'pppppppppppppppppppp02';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class FakeTrack {
  enabled = true;
  readonly kind: string;
  constructor(kind: string) {
    this.kind = kind;
  }
  getSettings() {
    return { width: 640, height: 480 };
  }
}

function transceiver(kind: string) {
  return {
    receiver: { track: new FakeTrack(kind) },
    direction: 'sendrecv',
    sender: {
      track: null as unknown,
      async replaceTrack(track: unknown) {
        this.track = track;
      },
      getParameters: () => ({ encodings: [{}] }),
      setParameters: async () => undefined,
    },
  };
}

/** As much of `RTCPeerConnection` as negotiation shows: states, order, and what is refused. */
class FakeConnection {
  static made: FakeConnection[] = [];
  signalingState = 'stable';
  connectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  readonly candidates: string[] = [];
  readonly transceivers: ReturnType<typeof transceiver>[] = [];
  readonly sent: string[] = [];
  restarts = 0;
  closed = false;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: { track: unknown }) => void) | null = null;

  constructor() {
    FakeConnection.made.push(this);
    queueMicrotask(() => this.onnegotiationneeded?.());
  }
  createDataChannel() {
    const sent = this.sent;
    return { readyState: 'open', send: (text: string) => sent.push(text) };
  }
  addTransceiver(kind: string | FakeTrack) {
    const added = transceiver(typeof kind === 'string' ? kind : kind.kind);
    this.transceivers.push(added);
    return added;
  }
  getTransceivers() {
    return this.transceivers;
  }
  async setLocalDescription() {
    const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
    this.signalingState = type === 'answer' ? 'stable' : 'have-local-offer';
    this.localDescription = { type, sdp: `${type}` };
    this.onicecandidate?.({
      candidate: { candidate: `of ${type}`, toJSON: () => ({ candidate: `of ${type}` }) },
    });
  }
  async setRemoteDescription(description: { type: string; sdp: string }) {
    if (description.type === 'answer' && this.signalingState !== 'have-local-offer') {
      throw new Error('InvalidStateError');
    }
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
    this.remoteDescription = description;
    if (description.type === 'offer' && this.transceivers.length === 0) {
      this.transceivers.push(
        ...['audio', 'video'].map((kind) => ({ ...transceiver(kind), direction: 'recvonly' })),
      );
    }
  }
  async addIceCandidate({ candidate }: { candidate: string }) {
    if (!this.remoteDescription) throw new Error('InvalidStateError');
    this.candidates.push(candidate);
  }
  restartIce() {
    this.restarts += 1;
    queueMicrotask(() => this.onnegotiationneeded?.());
  }
  close() {
    this.closed = true;
  }
  become(state: string) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

interface Post {
  readonly to: string;
  readonly signal: Signal;
}

/** One participant's mesh, whose posts wait in `posts` to be delivered, reordered or lost. */
function participant(self: string) {
  const posts: Post[] = [];
  const connections: FakeConnection[] = [];
  const call = new MeshCall({
    self,
    iceServers: [],
    send: async (to: string, payload: JsonObject) => {
      // As the wire does: nothing of one side's memory reaches the other.
      posts.push({ to, signal: { from: self, payload: JSON.parse(JSON.stringify(payload)) } });
    },
    connect: () => {
      const connection = new FakeConnection();
      connections.push(connection);
      return connection as unknown as RTCPeerConnection;
    },
  });
  return { call, posts, connections, last: () => connections[connections.length - 1] };
}

function pair() {
  const polite = participant(POLITE);
  const impolite = participant(IMPOLITE);
  const meet = () => {
    polite.call.setParticipants(new Set([IMPOLITE]));
    impolite.call.setParticipants(new Set([POLITE]));
  };
  /** Delivers everything posted, until both are silent. */
  const settle = async () => {
    for (let round = 0; round < 8; round++) {
      await vi.advanceTimersByTimeAsync(200);
      for (const { signal } of polite.posts.splice(0)) impolite.call.receive(signal);
      for (const { signal } of impolite.posts.splice(0)) polite.call.receive(signal);
    }
    await vi.advanceTimersByTimeAsync(0);
  };
  return { polite, impolite, meet, settle };
}

const kinds = (posts: readonly Post[]) =>
  posts.map(({ signal }) => parsePeerSignal(signal.payload)?.description?.type ?? 'other');

beforeEach(() => {
  FakeConnection.made = [];
});

describe('the first negotiation', () => {
  it('is one offer of the impolite end and one answer, each with its candidates', async () => {
    const { polite, impolite, meet } = pair();
    meet();
    await vi.advanceTimersByTimeAsync(500);
    expect(polite.posts).toEqual([]);
    expect(kinds(impolite.posts)).toEqual(['offer']);
    for (const { signal } of impolite.posts.splice(0)) polite.call.receive(signal);
    await vi.advanceTimersByTimeAsync(500);
    expect(kinds(polite.posts)).toEqual(['answer']);
    for (const { signal } of polite.posts.splice(0)) impolite.call.receive(signal);
    await vi.advanceTimersByTimeAsync(500);
    expect(polite.last()?.candidates).toEqual(['of offer']);
    expect(impolite.last()?.candidates).toEqual(['of answer']);
    expect(impolite.last()?.signalingState).toBe('stable');
  });

  it('sends both ways at once, whatever tracks there are', async () => {
    const { polite, meet, settle } = pair();
    const video = new FakeTrack('video');
    polite.call.publish({ audio: null, video: video as unknown as MediaStreamTrack });
    meet();
    await settle();
    expect(polite.last()?.transceivers.map(({ direction }) => direction)).toEqual([
      'sendrecv',
      'sendrecv',
    ]);
    expect(polite.last()?.transceivers[1]?.sender.track).toBe(video);
  });

  it('takes an offer that overtakes the news of who sent it', async () => {
    const { polite, impolite } = pair();
    impolite.call.setParticipants(new Set([POLITE]));
    await vi.advanceTimersByTimeAsync(200);
    for (const { signal } of impolite.posts.splice(0)) polite.call.receive(signal);
    expect(polite.connections).toHaveLength(0);
    polite.call.setParticipants(new Set([IMPOLITE]));
    await vi.advanceTimersByTimeAsync(200);
    expect(kinds(polite.posts)).toEqual(['answer']);
  });

  it('asks for an offer that does not come', async () => {
    const { polite, impolite, meet, settle } = pair();
    meet();
    await vi.advanceTimersByTimeAsync(500);
    impolite.posts.length = 0; // lost
    await vi.advanceTimersByTimeAsync(3_000);
    await settle();
    expect(impolite.last()?.signalingState).toBe('stable');
    expect(polite.last()?.remoteDescription?.type).toBe('offer');
    expect(impolite.connections).toHaveLength(1);
  });
});

describe('disorder', () => {
  it('buffers candidates until the description they belong to is set', async () => {
    const { polite, impolite, meet } = pair();
    meet();
    await vi.advanceTimersByTimeAsync(200);
    const [offer] = impolite.posts.splice(0);
    const { description, candidates, ...rest } = offer?.signal.payload ?? {};
    polite.call.receive({ from: IMPOLITE, payload: { ...rest, candidates } });
    await vi.advanceTimersByTimeAsync(50);
    expect(polite.last()?.candidates).toEqual([]);
    polite.call.receive({ from: IMPOLITE, payload: { ...rest, description } });
    await vi.advanceTimersByTimeAsync(50);
    expect(polite.last()?.candidates).toEqual(['of offer']);
  });

  it('ignores a description that was delivered twice', async () => {
    const { polite, impolite, meet } = pair();
    meet();
    await vi.advanceTimersByTimeAsync(200);
    for (const { signal } of [...impolite.posts, ...impolite.posts]) polite.call.receive(signal);
    await vi.advanceTimersByTimeAsync(500);
    expect(kinds(polite.posts)).toEqual(['answer']);
  });

  it('resolves two offers at once: the polite end gives way, the impolite ignores', async () => {
    const { polite, impolite, meet, settle } = pair();
    meet();
    await settle();
    polite.last()?.restartIce();
    impolite.last()?.restartIce();
    await vi.advanceTimersByTimeAsync(100);
    expect([...kinds(polite.posts), ...kinds(impolite.posts)]).toEqual(['offer', 'offer']);
    await settle();
    expect(polite.last()?.signalingState).toBe('stable');
    expect(impolite.last()?.signalingState).toBe('stable');
    expect(polite.last()?.remoteDescription?.type).toBe('offer');
    expect(impolite.last()?.remoteDescription?.type).toBe('answer');
  });

  it.each([{}, { epoch: 1, life: 0 }, { epoch: 'e', life: 1.5 }, { epoch: 'e', life: -1 }])(
    'refuses %j',
    (payload) => {
      expect(parsePeerSignal(payload)).toBeNull();
    },
  );
});

describe('losing a connection', () => {
  it('restarts ICE when it fails, and tells that it reconnects', async () => {
    const { polite, impolite, meet, settle } = pair();
    meet();
    await settle();
    impolite.last()?.become('connected');
    expect(impolite.call.remotes.value.get(POLITE)?.connection).toBe('connected');
    impolite.last()?.become('failed');
    expect(impolite.call.remotes.value.get(POLITE)?.connection).toBe('reconnecting');
    expect(impolite.last()?.restarts).toBe(1);
    expect(polite.connections).toHaveLength(1);
  });

  it('builds both ends anew when it does not come up in time', async () => {
    const { polite, impolite, meet, settle } = pair();
    meet();
    await settle();
    await vi.advanceTimersByTimeAsync(13_000);
    await settle();
    expect(impolite.connections[0]?.closed).toBe(true);
    expect(polite.connections[0]?.closed).toBe(true);
    expect(impolite.last()?.closed).toBe(false);
    expect(impolite.last()?.signalingState).toBe('stable');
    expect(polite.last()?.remoteDescription?.type).toBe('offer');
  });

  it('follows a peer that forgot us and starts afresh', async () => {
    const { polite, impolite, meet, settle } = pair();
    meet();
    await settle();
    impolite.last()?.become('connected');
    impolite.call.setParticipants(new Set());
    impolite.call.setParticipants(new Set([POLITE]));
    await settle();
    expect(polite.connections[0]?.closed).toBe(true);
    expect(polite.last()?.remoteDescription?.type).toBe('offer');
    expect(impolite.last()?.signalingState).toBe('stable');
  });

  it('drops who left, and closes everything at the end', async () => {
    const { polite, impolite, meet, settle } = pair();
    meet();
    await settle();
    polite.call.setParticipants(new Set());
    expect(polite.last()?.closed).toBe(true);
    expect(polite.call.remotes.value.size).toBe(0);
    impolite.call.close();
    expect(impolite.last()?.closed).toBe(true);
  });
});

describe('while connected', () => {
  it('replaces a track without negotiating again, and tells what is muted', async () => {
    const { impolite, meet, settle } = pair();
    meet();
    await settle();
    impolite.posts.length = 0;
    const video = new FakeTrack('video');
    const audio = new FakeTrack('audio');
    audio.enabled = false;
    impolite.call.publish({ audio, video } as unknown as {
      audio: MediaStreamTrack;
      video: MediaStreamTrack;
    });
    await vi.advanceTimersByTimeAsync(500);
    expect(impolite.posts).toEqual([]);
    expect(impolite.last()?.transceivers[1]?.sender.track).toBe(video);
    expect(impolite.last()?.sent).toContain('{"audio":false,"video":true,"screen":false}');
  });
});
