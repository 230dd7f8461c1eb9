/**
 * A call in which every participant is connected to every other one directly.
 *
 * Each pair follows the perfect-negotiation pattern with two additions that spare requests: the
 * impolite end makes the first offer, and both directions of sound and picture are negotiated
 * then, so that switching a camera later only replaces a track. A screen gets a second line for
 * pictures when it is first shared, one way, which stays for the next time.
 */
import { signal } from '@preact/signals';
import type { IceServer, JsonObject, Signal } from '../contract.ts';
import type { Call, LocalTracks, RemoteMedia } from './call.ts';
import {
  type NumberedCandidates,
  type NumberedDescription,
  Outbox,
  type PeerSignal,
  parsePeerSignal,
} from './mesh-signal.ts';
import { Reception, type ReceptionState, SILENCE } from './reception.ts';

const HELLO_DELAY = 3_000; // ms the polite end waits for an offer before it asks for one
const CONNECT_TIMEOUT = 12_000; // ms until a connection that does not come up is built anew
const CONNECT_TIMEOUT_MAX = 30_000; // ms; it doubles up to this
const DISCONNECTED_GRACE = 2_500; // ms; short losses heal by themselves
const EARLY_LIMIT = 50; // signals kept from somebody not yet announced

/** What a `MeshCall` needs of the world. */
export interface MeshPorts {
  /** Our own participant id. */
  readonly self: string;
  readonly iceServers: readonly IceServer[];
  /** Relays `payload` to one participant; a failure is healed by building the connection anew. */
  readonly send: (to: string, payload: JsonObject) => Promise<void>;
  /** Makes a peer connection; tests replace it. */
  readonly connect?: (configuration: RTCConfiguration) => RTCPeerConnection;
}

/** The mesh: one peer per other participant. */
export class MeshCall implements Call {
  readonly provider = 'mesh';
  /** Always null: what can be wrong is wrong with single participants. */
  readonly problem = signal(null);
  readonly remotes = signal<ReadonlyMap<string, RemoteMedia>>(new Map());
  readonly #ports: MeshPorts;
  readonly #peers = new Map<string, Peer>();
  readonly #early = new Map<string, Signal[]>();
  #tracks: LocalTracks = { audio: null, video: null };

  constructor(ports: MeshPorts) {
    this.#ports = ports;
  }

  setParticipants(others: ReadonlySet<string>): void {
    for (const [id, peer] of this.#peers) {
      if (others.has(id)) continue;
      peer.close();
      this.#peers.delete(id);
    }
    for (const id of others) {
      if (this.#peers.has(id)) continue;
      this.#peers.set(id, new Peer(id, this.#ports, this.#tracks, () => this.#publishRemotes()));
      for (const early of this.#early.get(id) ?? []) this.receive(early);
      this.#early.delete(id);
    }
    this.#publishRemotes();
    for (const peer of this.#peers.values()) peer.share(this.#peers.size);
  }

  publish(tracks: LocalTracks): void {
    this.#tracks = tracks;
    for (const peer of this.#peers.values()) peer.publish(tracks);
  }

  receive(message: Signal): void {
    const peer = this.#peers.get(message.from);
    const peerSignal = parsePeerSignal(message.payload);
    if (!peerSignal) return;
    if (peer) {
      peer.receive(peerSignal);
      return;
    }
    // A newcomer's offer may overtake the news that they joined.
    const early = this.#early.get(message.from) ?? [];
    if (early.length < EARLY_LIMIT) this.#early.set(message.from, [...early, message]);
  }

  /** Nothing to do: a connection that fails is built anew by itself. */
  retry(): void {}

  close(): void {
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
    this.#early.clear();
    this.remotes.value = new Map();
  }

  #publishRemotes(): void {
    this.remotes.value = new Map([...this.#peers].map(([id, peer]) => [id, peer.media]));
  }
}

/** One end of the connection to one other participant. */
class Peer {
  media: RemoteMedia = {
    stream: new MediaStream(),
    connection: 'connecting',
    audio: true,
    video: true,
    screen: null,
    ...SILENCE,
  };
  readonly #id: string;
  readonly #ports: MeshPorts;
  readonly #polite: boolean;
  readonly #onChange: () => void;
  readonly #epoch = crypto.randomUUID();
  #remoteEpoch: string | null = null;
  #life = 0;
  #link: Link;
  #tracks: LocalTracks;
  #sharers = 1;
  #rebuilds = 0;

  constructor(id: string, ports: MeshPorts, tracks: LocalTracks, onChange: () => void) {
    this.#id = id;
    this.#ports = ports;
    this.#polite = ports.self < id;
    this.#tracks = tracks;
    this.#onChange = onChange;
    this.#link = this.#build();
  }

  /** Sends these tracks, and says which of them are muted. */
  publish(tracks: LocalTracks): void {
    this.#tracks = tracks;
    this.#link.publish(tracks);
  }

  /** Sends less to each the more participants share this computer. */
  share(sharers: number): void {
    this.#sharers = sharers;
    this.#link.share(sharers);
  }

  receive(peerSignal: PeerSignal): void {
    if (peerSignal.life > this.#life) {
      this.#remoteEpoch = peerSignal.epoch;
      this.#rebuild(peerSignal.life);
    } else if (peerSignal.life < this.#life) {
      if (peerSignal.epoch === this.#remoteEpoch) return; // late: that life is over
      // They began to count anew, or never heard from us: outdo both counts.
      this.#remoteEpoch = peerSignal.epoch;
      this.#rebuild(this.#life + 1);
      this.#link.greet();
      return;
    } else if (this.#remoteEpoch !== null && peerSignal.epoch !== this.#remoteEpoch) {
      this.#remoteEpoch = peerSignal.epoch;
      this.#rebuild(this.#life + 1);
      this.#link.greet();
      return;
    }
    this.#remoteEpoch = peerSignal.epoch;
    this.#link.receive(peerSignal);
  }

  close(): void {
    this.#link.close();
  }

  #rebuild(life: number): void {
    this.#link.close();
    this.#life = life;
    this.#update({ stream: new MediaStream(), screen: null, ...SILENCE });
    this.#link = this.#build();
    this.#link.share(this.#sharers);
  }

  #build(): Link {
    const life = this.#life;
    return new Link({
      polite: this.#polite,
      configuration: { iceServers: this.#ports.iceServers.map((server) => ({ ...server })) },
      connect: this.#ports.connect ?? ((configuration) => new RTCPeerConnection(configuration)),
      tracks: this.#tracks,
      timeout: Math.min(CONNECT_TIMEOUT * 2 ** this.#rebuilds, CONNECT_TIMEOUT_MAX),
      post: async (content) => {
        // What could not be relayed is made up for by the connection's own timeout.
        const payload = { epoch: this.#epoch, life, ...content };
        await this.#ports.send(this.#id, payload).catch(() => undefined);
      },
      onTrack: (track) => {
        this.media.stream.addTrack(track);
        this.#update({});
      },
      onScreen: (screen) => this.#update({ screen }),
      onReception: (reception) => this.#update(reception),
      onMuted: (audio, video) => this.#update({ audio, video }),
      onConnected: () => {
        this.#rebuilds = 0;
        this.#update({ connection: 'connected' });
      },
      onLost: () => {
        if (this.media.connection === 'connected') this.#update({ connection: 'reconnecting' });
      },
      onDead: () => {
        this.#rebuilds += 1;
        this.#rebuild(this.#life + 1);
        this.#link.greet();
      },
    });
  }

  #update(change: Partial<RemoteMedia>): void {
    this.media = { ...this.media, ...change };
    this.#onChange();
  }
}

interface LinkPorts {
  readonly polite: boolean;
  readonly configuration: RTCConfiguration;
  readonly connect: (configuration: RTCConfiguration) => RTCPeerConnection;
  readonly tracks: LocalTracks;
  /** Milliseconds until it counts as dead when it does not come up. */
  readonly timeout: number;
  readonly post: (content: Omit<PeerSignal, 'epoch' | 'life'>) => Promise<void>;
  readonly onTrack: (track: MediaStreamTrack) => void;
  readonly onScreen: (screen: MediaStream | null) => void;
  readonly onReception: (state: ReceptionState) => void;
  readonly onMuted: (audio: boolean, video: boolean) => void;
  readonly onConnected: () => void;
  readonly onLost: () => void;
  readonly onDead: () => void;
}

/** One `RTCPeerConnection` from its first offer to its end. */
class Link {
  readonly #ports: LinkPorts;
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #outbox: Outbox;
  #audio: RTCRtpTransceiver | null = null;
  #video: RTCRtpTransceiver | null = null;
  /** What our screen is sent on. */
  #screen: RTCRtpTransceiver | null = null;
  /** What theirs comes on. */
  #theirScreen: MediaStream | null = null;
  #theyShare = false;
  readonly #reception: Reception;
  #tracks: LocalTracks;
  #sharers = 1;
  #number = 0;
  #offered = 0;
  #remoteNumber = 0;
  #waiting: NumberedCandidates[] = [];
  #tasks: Promise<void> = Promise.resolve();
  #closed = false;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #grace: ReturnType<typeof setTimeout> | undefined;
  readonly #hello: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: LinkPorts) {
    this.#ports = ports;
    this.#tracks = ports.tracks;
    this.#outbox = new Outbox(ports.post);
    this.#connection = ports.connect(ports.configuration);
    this.#connection.onnegotiationneeded = () => {
      // The first offer is the impolite end's. Whatever is needed beyond it is asked for again then.
      if (!ports.polite || this.#remoteNumber > 0) this.#queue(() => this.#offer());
    };
    this.#connection.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) this.#outbox.candidate(this.#number, candidate.toJSON());
    };
    this.#reception = new Reception(this.#connection, ports.onReception);
    this.#connection.ontrack = ({ track, transceiver }) => this.#take(track, transceiver);
    this.#connection.onconnectionstatechange = () => this.#watch();
    this.#channel = this.#connection.createDataChannel('muted', { negotiated: true, id: 0 });
    this.#channel.onopen = () => this.#tellMuted();
    this.#channel.onmessage = ({ data }) => this.#hearMuted(data);
    if (!ports.polite) {
      this.#audio = this.#connection.addTransceiver(ports.tracks.audio ?? 'audio');
      this.#video = this.#connection.addTransceiver(ports.tracks.video ?? 'video');
    } else {
      this.#hello = setTimeout(() => this.greet(), HELLO_DELAY);
    }
    this.#expectConnection(ports.timeout);
  }

  publish(tracks: LocalTracks): void {
    this.#tracks = tracks;
    this.#queue(() => this.#attach());
    this.#tellMuted();
  }

  share(sharers: number): void {
    this.#sharers = sharers;
    this.#queue(() => this.#limit());
  }

  /** Asks the impolite end for an offer; the impolite end makes its own anyway. */
  greet(): void {
    if (this.#ports.polite && this.#remoteNumber === 0) void this.#ports.post({ hello: true });
  }

  receive({ hello, description, candidates }: PeerSignal): void {
    if (hello) this.#queue(() => this.#repeatOffer());
    if (description) this.#queue(() => this.#accept(description));
    if (candidates) this.#queue(() => this.#addCandidates(candidates));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#grace);
    clearTimeout(this.#hello);
    this.#outbox.close();
    this.#reception.stop();
    this.#connection.close();
  }

  /** Runs one step after another; what a dead or superseded step throws is of no use to anybody. */
  #queue(task: () => Promise<void>): void {
    this.#tasks = this.#tasks
      .then(() => (this.#closed ? undefined : task()))
      .catch(() => undefined);
  }

  async #offer(): Promise<void> {
    if (this.#connection.signalingState !== 'stable') return;
    this.#number += 1; // before: candidates of this description may come while it is set
    this.#offered = this.#number;
    await this.#connection.setLocalDescription();
    this.#describe();
  }

  async #repeatOffer(): Promise<void> {
    if (this.#connection.signalingState === 'have-local-offer') this.#describe();
    else if (this.#connection.connectionState !== 'connected') this.#connection.restartIce();
  }

  async #accept(description: NumberedDescription): Promise<void> {
    if (description.number <= this.#remoteNumber) return;
    const state = this.#connection.signalingState;
    if (description.type === 'answer') {
      if (state !== 'have-local-offer' || description.answers !== this.#offered) return;
      this.#remoteNumber = description.number;
      await this.#connection.setRemoteDescription(description);
      await this.#attach();
    } else {
      if (state !== 'stable' && !this.#ports.polite) return; // our own offer wins
      this.#remoteNumber = description.number;
      await this.#connection.setRemoteDescription(description);
      await this.#attach();
      this.#number += 1;
      await this.#connection.setLocalDescription();
      this.#describe(description.number);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const candidates of waiting) await this.#addCandidates(candidates);
  }

  async #addCandidates(candidates: NumberedCandidates): Promise<void> {
    if (candidates.of > this.#remoteNumber) {
      this.#waiting.push(candidates);
      return;
    }
    for (const candidate of candidates.list) {
      // One of an earlier description is refused, rightly.
      await this.#connection.addIceCandidate(candidate).catch(() => undefined);
    }
  }

  /** Finds the transceivers the other end's offer made, and puts our tracks on them. */
  async #attach(): Promise<void> {
    this.#findTransceivers();
    for (const [transceiver, track] of [
      [this.#audio, this.#tracks.audio],
      [this.#video, this.#tracks.video],
    ] as const) {
      if (!transceiver) continue;
      if (transceiver.direction !== 'sendrecv') transceiver.direction = 'sendrecv';
      if (transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
    }
    await this.#attachScreen();
    await this.#limit();
  }

  async #attachScreen(): Promise<void> {
    const screen = this.#tracks.screen ?? null;
    if (this.#screen) {
      if (this.#screen.sender.track !== screen) await this.#screen.sender.replaceTrack(screen);
    } else if (screen && this.#remoteNumber > 0) {
      // Not before the first pictures have their line: both ends take the first line for the camera's.
      this.#screen = this.#connection.addTransceiver(screen, { direction: 'sendonly' });
    }
  }

  #findTransceivers(): void {
    for (const transceiver of this.#connection.getTransceivers()) {
      if (transceiver.receiver.track.kind === 'audio') this.#audio ??= transceiver;
      else this.#video ??= transceiver;
    }
  }

  /** Takes a track that the other end will send on: of the camera, or of a screen. */
  #take(track: MediaStreamTrack, transceiver: RTCRtpTransceiver): void {
    this.#findTransceivers();
    if (transceiver === this.#audio || transceiver === this.#video) {
      this.#ports.onTrack(track);
    } else {
      this.#theirScreen = new MediaStream([track]);
      this.#tellScreen();
    }
  }

  #tellScreen(): void {
    this.#ports.onScreen(this.#theyShare ? this.#theirScreen : null);
  }

  #describe(answers?: number): void {
    const description = this.#connection.localDescription;
    if (!description) return;
    const { type, sdp } = description;
    if (type === 'answer' && answers !== undefined) {
      this.#outbox.describe({ type, sdp, number: this.#number, answers });
    } else if (type === 'offer') {
      this.#outbox.describe({ type, sdp, number: this.#number });
    }
  }

  #watch(): void {
    if (this.#closed) return;
    clearTimeout(this.#grace);
    switch (this.#connection.connectionState) {
      case 'connected':
        clearTimeout(this.#deadline);
        this.#ports.onConnected();
        this.#reception.start();
        this.#queue(() => this.#limit());
        break;
      case 'disconnected':
        this.#grace = setTimeout(() => {
          this.#ports.onLost();
          this.#connection.restartIce();
          this.#expectConnection(this.#ports.timeout);
        }, DISCONNECTED_GRACE);
        break;
      case 'failed':
        this.#ports.onLost();
        this.#connection.restartIce();
        this.#expectConnection(this.#ports.timeout);
        break;
      default:
        break;
    }
  }

  #expectConnection(timeout: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#ports.onLost();
      this.#ports.onDead();
    }, timeout);
  }

  async #limit(): Promise<void> {
    const camera = this.#video?.sender;
    if (camera?.track) {
      await this.#encode(camera, encodingFor(this.#sharers, camera.track.getSettings()));
    }
    const screen = this.#screen?.sender;
    if (screen?.track) await this.#encode(screen, screenEncodingFor(this.#sharers));
  }

  /** Lowers what is sent; before connecting, some browsers then send one way only. */
  async #encode(sender: RTCRtpSender, wanted: Encoding): Promise<void> {
    if (this.#connection.connectionState !== 'connected') return;
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (!encoding) return;
    if (encoding.scaleResolutionDownBy === wanted.scaleResolutionDownBy) {
      if (encoding.maxFramerate === wanted.maxFramerate) return;
    }
    Object.assign(encoding, wanted);
    await sender.setParameters(parameters);
  }

  #tellMuted(): void {
    if (this.#channel.readyState !== 'open') return;
    const { audio, video, screen } = this.#tracks;
    this.#channel.send(
      JSON.stringify({
        audio: audio?.enabled ?? false,
        video: video?.enabled ?? false,
        screen: Boolean(screen),
      }),
    );
  }

  #hearMuted(data: unknown): void {
    if (typeof data !== 'string') return;
    try {
      const state: unknown = JSON.parse(data);
      if (typeof state !== 'object' || state === null) return;
      const { audio, video, screen } = state as Record<string, unknown>;
      if (typeof audio === 'boolean' && typeof video === 'boolean') {
        this.#ports.onMuted(audio, video);
      }
      this.#theyShare = screen === true;
      this.#tellScreen();
    } catch {
      // Not ours.
    }
  }
}

interface Encoding {
  readonly scaleResolutionDownBy: number;
  readonly maxFramerate: number;
  readonly maxBitrate: number;
}

/** What one of `sharers` receivers gets of a screen: all of its points, so that text stays legible. */
function screenEncodingFor(sharers: number): Encoding {
  const maxBitrate = sharers <= 2 ? 2_000_000 : 1_000_000;
  return { scaleResolutionDownBy: 1, maxFramerate: sharers <= 2 ? 15 : 8, maxBitrate };
}

/** What one of `sharers` receivers gets of a picture of this size. */
function encodingFor(sharers: number, { width = 0, height = 0 }: MediaTrackSettings): Encoding {
  const [lines, maxFramerate, maxBitrate] =
    sharers <= 1
      ? [540, 30, 1_200_000]
      : sharers === 2
        ? [480, 24, 700_000]
        : sharers === 3
          ? [360, 20, 450_000]
          : [270, 15, 250_000];
  const scaleResolutionDownBy = Math.max(1, Math.min(width, height) / lines);
  return { scaleResolutionDownBy, maxFramerate, maxBitrate };
}
