import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MeshCall } from './mesh.ts';
import { parsePost } from './mesh-signal.ts';
import { FakeStream } from './testing/fake-connection.ts';
import { Random } from './testing/random.ts';
import { CALM, type Participant, World } from './testing/world.ts';

const LOST = { ...CALM, lost: 1 };
const REFUSED = { ...CALM, refused: 1 };

vi.setConfig({ testTimeout: 60_000 }); // of real time, for games of fake minutes: no limit of speed

let world: World;
let polite: Participant; // the lower id gives way
let impolite: Participant;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', FakeStream);
  world = new World(new Random(1), 2);
  [polite, impolite] = world.people as [Participant, Participant];
});
afterEach(() => {
  world.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function meet(): void {
  world.meet(polite, impolite, true);
  world.meet(impolite, polite, true);
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

const last = (person: Participant) => person.connections[person.connections.length - 1];
const seen = (viewer: Participant, other: Participant) => viewer.call.remotes.value.get(other.id);

/** The lines of somebody's camera, of 480, that their present connection sends. */
function sentLines(sender: Participant): number | undefined {
  const video = last(sender)
    ?.getTransceivers()
    .find(({ receiver }) => receiver.track.kind === 'video');
  const scale = video?.sender.getParameters().encodings[0]?.scaleResolutionDownBy;
  return scale && 480 / scale;
}

describe('a small tile', () => {
  it('gets no more of a picture than it shows, also on a new connection', async () => {
    meet();
    await pass(5_000);
    expect(sentLines(impolite)).toBe(480);
    polite.call.setShown(new Map([[impolite.id, 180]]));
    await pass(1_000);
    expect(sentLines(impolite)).toBe(180);
    expect(sentLines(polite)).toBe(480);

    world.meet(impolite, polite, false);
    await pass(1_000);
    world.meet(impolite, polite, true);
    await pass(30_000);
    expect(world.faults()).toEqual([]);
    expect(sentLines(impolite)).toBe(180);
    polite.call.setShown(new Map([[impolite.id, 450]]));
    await pass(1_000);
    expect(sentLines(impolite)).toBe(450);
    polite.call.setShown(new Map());
    await pass(1_000);
    expect(sentLines(impolite)).toBe(480); // who is not named is sent in full
  });
});

describe('the first negotiation', () => {
  it('is one offer of the impolite end and one answer, in few posts', async () => {
    meet();
    await pass(5_000);
    expect(world.faults()).toEqual([]);
    const said = world.items.flatMap(({ from, description }) =>
      description ? [`${from === polite.id ? 'polite' : 'impolite'} ${description.type}`] : [],
    );
    expect([...new Set(said)]).toEqual(['impolite offer', 'polite answer']);
    expect(world.posts).toBeLessThanOrEqual(8);
  });

  it('sends both ways at once, whatever tracks there are', async () => {
    world.publish(impolite, { audio: null, video: null });
    world.publish(polite, { audio: null });
    meet();
    await pass(5_000);
    expect(world.faults()).toEqual([]);
    world.publish(impolite, { video: world.track('video') });
    const { posts } = world;
    await pass(1_000);
    expect(world.faults()).toEqual([]);
    expect(world.posts).toBe(posts); // a track is put on its line without a word
  });

  it('takes an offer that overtakes the news of who sent it', async () => {
    world.meet(impolite, polite, true);
    await pass(1_000);
    expect(polite.connections).toEqual([]);
    world.meet(polite, impolite, true);
    await pass(1_500); // sooner than anything is repeated
    expect(world.faults()).toEqual([]);
  });

  it('begins again when all of it was lost, on the same connections', async () => {
    world.weather = LOST;
    meet();
    await pass(10_000);
    world.weather = CALM;
    await pass(12_000);
    expect(world.faults()).toEqual([]);
    expect(world.connections).toHaveLength(2);
  });
});

describe('disorder', () => {
  it('resolves two offers at once: the polite end gives way', async () => {
    meet();
    await pass(5_000);
    for (const person of world.people) world.publish(person, { screen: world.track('video') });
    await pass(5_000);
    expect(world.faults()).toEqual([]);
    expect(world.connections).toHaveLength(2);
  });

  it.each([
    {},
    { connection: 0, pairedWith: 0, taken: 0, first: 1, items: [] },
    { connection: 1, pairedWith: 0, taken: 0, first: 0, items: [] },
    { connection: 1, pairedWith: 0.5, taken: 0, first: 1, items: [] },
    { connection: 1, pairedWith: 0, taken: -1, first: 1, items: [] },
    { connection: 1, pairedWith: 0, taken: 0, first: 1, items: [{}] },
    { connection: 1, pairedWith: 0, taken: 0, first: 1, items: [{ candidates: [{}] }] },
    {
      connection: 1,
      pairedWith: 0,
      taken: 0,
      first: 1,
      items: [{ description: { type: 'rollback', sdp: '' } }],
    },
  ])('refuses %j', (payload) => {
    expect(parsePost(payload)).toBeNull();
  });
});

describe('losing a connection', () => {
  it('restarts ICE when it fails, and tells that it reconnects', async () => {
    meet();
    await pass(5_000);
    world.cut(polite, true);
    await pass(7_000);
    expect(seen(impolite, polite)?.connection).toBe('reconnecting');
    world.cut(polite, false);
    await pass(5_000);
    expect(world.faults()).toEqual([]);
    expect(world.connections).toHaveLength(2);
  });

  it('builds both ends anew when it does not come up, ever more slowly', async () => {
    world.cut(polite, true); // what is posted arrives all the same
    meet();
    await pass(14_000);
    expect(impolite.connections.map(({ connectionState }) => connectionState)).toEqual([
      'closed',
      'connecting',
    ]);
    await pass(286_000);
    expect(world.connections.length).toBeLessThanOrEqual(26);
    expect(world.posts).toBeLessThanOrEqual(26 * 5);
    world.cut(polite, false);
    await pass(35_000);
    expect(world.faults()).toEqual([]);
  });

  it('follows a peer that forgot us and starts afresh', async () => {
    meet();
    await pass(5_000);
    for (const [forgetful, other] of [
      [polite, impolite],
      [impolite, polite],
    ] as const) {
      world.meet(forgetful, other, false);
      world.meet(forgetful, other, true);
      await pass(8_000);
      expect(world.faults()).toEqual([]);
    }
  });

  it('drops who left, and closes everything at the end', async () => {
    meet();
    await pass(5_000);
    world.meet(polite, impolite, false);
    expect(last(polite)?.connectionState).toBe('closed');
    expect(polite.call.remotes.value.size).toBe(0);
    impolite.call.close();
    expect(last(impolite)?.connectionState).toBe('closed');
    const { posts } = world;
    await pass(60_000);
    expect(world.posts).toBe(posts);
  });
});

describe('a network that lets no connection through', () => {
  it('is said after fifteen seconds, for as long as it is so', async () => {
    world.cut(polite, true);
    meet();
    await pass(14_000);
    expect(seen(polite, impolite)?.connection).toBe('connecting');
    await pass(2_000);
    for (const [viewer, other] of [
      [polite, impolite],
      [impolite, polite],
    ] as const) {
      expect(seen(viewer, other)?.connection).toBe('unreachable');
      expect(viewer.call.problem.value).toBe('blocked');
    }
    world.cut(polite, false);
    await pass(35_000);
    expect(world.faults()).toEqual([]);
    expect(polite.call.problem.value).toBeNull();
  });

  it('is not blamed where the other page is silent', async () => {
    world.weather = LOST;
    meet();
    await pass(60_000);
    expect(seen(polite, impolite)?.connection).toBe('connecting');
    expect(polite.call.problem.value).toBeNull();
  });

  it('is tried again at once when somebody asks for it', async () => {
    world.cut(polite, true);
    meet();
    await pass(60_000);
    world.cut(polite, false);
    polite.call.retry();
    expect(seen(polite, impolite)?.connection).toBe('connecting');
    await pass(4_000);
    expect(world.faults()).toEqual([]);
  });

  it('is said of a connection lost on the way, too', async () => {
    meet();
    await pass(5_000);
    world.cut(polite, true);
    await pass(30_000);
    expect(seen(impolite, polite)?.connection).toBe('unreachable');
  });
});

describe('a browser without WebRTC', () => {
  it('is said at once, and nothing is tried', () => {
    const send = vi.fn();
    const token = { provider: 'mesh', iceServers: [], expiresAt: 4 * 3_600_000 } as const;
    const renew = async () => token;
    const self = 'pppppppppppppppppppp09';
    const call = new MeshCall({ self, token, renew, now: () => 0, send });
    expect(call.problem.value).toBe('unsupported');
    call.publish({ audio: null, video: null });
    call.setParticipants(new Set([polite.id]));
    const payload = { connection: 1, pairedWith: 0, taken: 0, first: 1, items: [] };
    call.receive({ from: polite.id, payload });
    call.retry();
    expect([send.mock.calls.length, call.remotes.value.size]).toEqual([0, 0]);
    call.close();
  });

  it('is not taken for Firefox without a network, where opening the call is tried again', () => {
    const noNetwork = function refuse() {
      throw new DOMException('the network is down', 'InvalidStateError');
    };
    vi.stubGlobal('RTCPeerConnection', noNetwork);
    const token = { provider: 'mesh', iceServers: [], expiresAt: 4 * 3_600_000 } as const;
    const [renew, send] = [async () => token, async () => {}];
    const open = () => new MeshCall({ self: polite.id, token, renew, now: () => 0, send });
    expect(open).toThrow('the network is down');
  });
});

describe('no state lasts', () => {
  it('an offer that was taken and is never answered costs the connection, on both ends', async () => {
    meet();
    await pass(5_000);
    const mute = last(polite);
    if (mute) mute.setRemoteDescription = () => new Promise(() => undefined);
    world.publish(impolite, { screen: world.track('video') });
    await pass(5_000);
    expect(last(impolite)?.signalingState).toBe('have-local-offer');
    await pass(15_000);
    expect(world.faults()).toEqual([]);
    expect(world.connections).toHaveLength(4);
  });

  it('a step the browser refuses is made up for by a new connection, after a while', async () => {
    meet();
    await pass(5_000);
    const refusing = last(polite);
    if (refusing) refusing.setRemoteDescription = () => Promise.reject(new Error('refused'));
    world.publish(impolite, { screen: world.track('video') });
    await pass(20_000);
    expect(world.faults()).toEqual([]);
  });

  it('a connection without its channel is built anew', async () => {
    meet();
    await pass(5_000);
    last(polite)?.loseChannel();
    await pass(20_000);
    expect(world.faults()).toEqual([]);
    expect(world.connections).toHaveLength(4);
  });

  it.each([
    ['lost', LOST],
    ['refused', REFUSED],
  ])('but what is up stays up while posts are %s, and few are made', async (_, weather) => {
    meet();
    await pass(5_000);
    world.weather = weather;
    world.publish(polite, { screen: world.track('video') });
    const { posts } = world;
    await pass(300_000);
    expect(seen(impolite, polite)?.connection).toBe('connected');
    expect(world.connections).toHaveLength(2);
    expect(world.posts - posts).toBeLessThanOrEqual(50);
    world.weather = CALM;
    await pass(30_000);
    expect(world.faults()).toEqual([]);
    expect(world.connections).toHaveLength(2);
  });
});

describe('while connected', () => {
  it('tells what is muted, and is silent otherwise', async () => {
    meet();
    await pass(5_000);
    const { posts } = world;
    if (impolite.tracks.audio) impolite.tracks.audio.enabled = false;
    world.publish(impolite, {});
    await pass(120_000);
    expect(seen(polite, impolite)).toMatchObject({ audio: false, video: true, screen: null });
    expect(world.posts).toBe(posts);
  });
});
