/** A call in which each participant has a direct connection to each other one. */
import { computed, signal } from '@preact/signals';
import type { JsonObject, Signal } from '../wire/contract.ts';
import type { Call, CallProblem, LocalTracks, RemoteMedia } from './call.ts';
import { type IcePorts, IceServers } from './ice-servers.ts';
import { Link } from './link.ts';
import { type Post, parsePost } from './mesh-signal.ts';
import { SILENCE } from './reception.ts';
import { Signalling } from './signalling.ts';

const CONNECT_TIMEOUT = 12_000; // ms in which a connection must settle, or a new one is made
const CONNECT_TIMEOUT_MAX = 30_000; // ms; it doubles up to this
const BLOCKED_AFTER = 15_000; // ms; by then a network that allows connections has allowed one

/** What a `MeshCall` needs of the world. */
export interface MeshPorts extends IcePorts {
  /** Our own participant id. */
  readonly self: string;
  /** Relays `payload` to one participant with one try. It may be lost, late, doubled or reordered. */
  readonly send: (to: string, payload: JsonObject) => Promise<void>;
  /** Makes a peer connection; tests replace it. */
  readonly connect?: (configuration: RTCConfiguration) => RTCPeerConnection;
}

/** The mesh: one peer per other participant. */
export class MeshCall implements Call {
  readonly provider = 'mesh';
  readonly remotes = signal<ReadonlyMap<string, RemoteMedia>>(new Map());
  /** `blocked` while the network blocks a connection; `unsupported` in a browser without WebRTC. */
  readonly problem = computed<CallProblem | null>(() => {
    if (!this.#connect) return 'unsupported';
    const media = [...this.remotes.value.values()];
    return media.some(({ connection }) => connection === 'unreachable') ? 'blocked' : null;
  });
  readonly #ports: MeshPorts;
  /** Makes a peer connection; null if the browser has none. */
  readonly #connect: MeshPorts['connect'] | null;
  readonly #peers = new Map<string, Peer>();
  /** The last post of each sender who is not announced yet: a newcomer's offer may come first. */
  readonly #early = new Map<string, Post>();
  /** The servers of new connections, and of a restart of present ones. */
  readonly #ice: IceServers;
  #tracks: LocalTracks = { audio: null, video: null };
  #shown: ReadonlyMap<string, number> = new Map();
  #connections = 0;

  constructor(ports: MeshPorts) {
    this.#ports = ports;
    this.#connect = ports.connect ?? browserConnections();
    this.#ice = new IceServers(ports, () => {
      for (const peer of this.#peers.values()) peer.configure();
    });
  }

  setParticipants(others: ReadonlySet<string>): void {
    const connect = this.#connect;
    if (!connect) return;
    for (const [id, peer] of this.#peers) {
      if (others.has(id)) continue;
      peer.close();
      this.#peers.delete(id);
    }
    for (const id of others) {
      if (this.#peers.has(id)) continue;
      const peer = new Peer(id, { ...this.#ports, connect }, this.#tracks, {
        number: () => ++this.#connections,
        configuration: () => ({ iceServers: this.#ice.current.map((server) => ({ ...server })) }),
        onChange: () => this.#publishRemotes(),
      });
      this.#peers.set(id, peer);
      peer.show(this.#shown.get(id));
      const early = this.#early.get(id);
      if (early) peer.receive(early);
      this.#early.delete(id);
    }
    this.#publishRemotes();
    for (const peer of this.#peers.values()) peer.share(this.#peers.size);
  }

  publish(tracks: LocalTracks): void {
    this.#tracks = tracks;
    for (const peer of this.#peers.values()) peer.publish(tracks);
  }

  setShown(lines: ReadonlyMap<string, number>): void {
    this.#shown = lines;
    for (const [id, peer] of this.#peers) peer.show(lines.get(id));
  }

  receive({ from, payload }: Signal): void {
    const post = parsePost(payload);
    if (!post) return;
    const peer = this.#peers.get(from);
    if (peer) peer.receive(post);
    else if (this.#connect) this.#early.set(from, post);
  }

  /** Replaces failing connections now, without their pause. */
  retry(): void {
    for (const peer of this.#peers.values()) peer.retry();
  }

  close(): void {
    this.#ice.close();
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
    this.#early.clear();
    this.remotes.value = new Map();
  }

  #publishRemotes(): void {
    this.remotes.value = new Map([...this.#peers].map(([id, peer]) => [id, peer.media]));
  }
}

/** What a `Peer` needs of its call. */
interface PeerPorts {
  /** A number for a new connection, above all earlier ones. */
  readonly number: () => number;
  readonly configuration: () => RTCConfiguration;
  readonly onChange: () => void;
}

/** Our end of the connection to one other participant: one link after another. */
class Peer {
  media: RemoteMedia = {
    stream: new MediaStream(),
    connection: 'connecting',
    audio: true,
    video: true,
    screen: null,
    ...SILENCE,
  };
  readonly #mesh: Required<MeshPorts>;
  readonly #polite: boolean;
  readonly #ports: PeerPorts;
  readonly #signalling: Signalling;
  #link: Link;
  #tracks: LocalTracks;
  #sharers = 1;
  #shown: number | undefined;
  #rebuilds = 0;
  /** Whether the other end's page answered since the connection was lost, or since it was first needed. */
  #answered = false;
  /** Whether that answer is longer ago than a connection takes. */
  #overdue = false;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, mesh: Required<MeshPorts>, tracks: LocalTracks, ports: PeerPorts) {
    this.#mesh = mesh;
    this.#polite = mesh.self < id;
    this.#tracks = tracks;
    this.#ports = ports;
    this.#signalling = new Signalling({
      post: (post) => mesh.send(id, { ...post }),
      take: (item) => {
        this.#answered = true;
        this.#judge();
        this.#link.receive(item);
      },
      replace: () => this.#rebuild(false),
    });
    this.#link = this.#build(false);
    this.#wait();
  }

  publish(tracks: LocalTracks): void {
    this.#tracks = tracks;
    this.#link.publish(tracks);
  }

  share(sharers: number): void {
    this.#sharers = sharers;
    this.#link.share(sharers);
  }

  show(lines: number | undefined): void {
    if (lines === this.#shown) return;
    this.#shown = lines;
    this.#link.show(lines);
  }

  receive(post: Post): void {
    this.#signalling.receive(post);
  }

  /** Uses the present servers at the connection's next restart. */
  configure(): void {
    this.#link.configure(this.#ports.configuration());
  }

  retry(): void {
    if (this.media.connection !== 'unreachable') return;
    this.#update({ connection: 'connecting' });
    this.#wait();
    this.#rebuild(true);
  }

  close(): void {
    clearTimeout(this.#patience);
    this.#signalling.close();
    this.#link.close();
  }

  /** Starts the time in which the connection must settle. */
  #wait(): void {
    clearTimeout(this.#patience);
    this.#answered = false;
    this.#overdue = false;
    this.#patience = setTimeout(() => {
      this.#overdue = true;
      this.#judge();
    }, BLOCKED_AFTER);
  }

  /** Their page answers ours, but no connection opens: the network between them blocks it. */
  #judge(): void {
    if (!this.#overdue || !this.#answered) return;
    if (!['connected', 'unreachable'].includes(this.media.connection)) {
      this.#update({ connection: 'unreachable' });
    }
  }

  #rebuild(greet: boolean): void {
    this.#link.close();
    this.#rebuilds += 1;
    this.#lose();
    this.#update({ stream: new MediaStream(), screen: null, ...SILENCE });
    this.#link = this.#build(greet);
    this.#link.share(this.#sharers);
    this.#link.show(this.#shown);
  }

  #build(greet: boolean): Link {
    this.#signalling.begin(this.#ports.number(), greet);
    return new Link({
      polite: this.#polite,
      configuration: this.#ports.configuration(),
      connect: this.#mesh.connect,
      tracks: this.#tracks,
      timeout: Math.min(CONNECT_TIMEOUT * 2 ** this.#rebuilds, CONNECT_TIMEOUT_MAX),
      say: (item) => this.#signalling.say(item),
      isHeard: () => this.#signalling.heard,
      onTrack: (track) => {
        this.media.stream.addTrack(track);
        this.#update({});
      },
      onScreen: (screen) => this.#update({ screen }),
      onReception: (reception) => this.#update(reception),
      onMuted: (audio, video) => this.#update({ audio, video }),
      onConnected: () => {
        this.#rebuilds = 0;
        clearTimeout(this.#patience);
        this.#update({ connection: 'connected' });
      },
      onLost: () => this.#lose(),
      onDead: () => this.#rebuild(true),
    });
  }

  #lose(): void {
    if (this.media.connection !== 'connected') return;
    this.#wait();
    this.#update({ connection: 'reconnecting' });
  }

  #update(change: Partial<RemoteMedia>): void {
    this.media = { ...this.media, ...change };
    this.#ports.onChange();
  }
}

/**
 * The browser's own peer connections; null if it has none, or they are switched off. Throws while
 * Firefox has no network: it makes none then.
 */
function browserConnections(): ((configuration: RTCConfiguration) => RTCPeerConnection) | null {
  try {
    new RTCPeerConnection().close();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'InvalidStateError') throw error;
    return null;
  }
  return (configuration) => new RTCPeerConnection(configuration);
}
