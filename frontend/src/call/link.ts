/**
 * One connection to one other participant, from its first offer to its end.
 *
 * Both ends follow the perfect-negotiation pattern (W3C WebRTC, 10.7), with two additions that save
 * requests. The impolite end makes the first offer. That offer negotiates both directions of sound and
 * picture, so that a camera switched on later only replaces a track. The first shared screen gets a
 * second line for pictures, in one direction, which stays for the next screen.
 */
import type { LocalTracks } from './call.ts';
import { encode, encodingFor, screenEncodingFor } from './encodings.ts';
import type { Description, Item } from './mesh-signal.ts';
import { Reception, type ReceptionState } from './reception.ts';

const DISCONNECTED_GRACE = 2_500; // ms; a short loss ends without help

/**
 * What a `Link` needs of the world. The `polite` end gives way if both make an offer at once
 * ("perfect negotiation", https://www.w3.org/TR/webrtc/#perfect-negotiation-example).
 */
export interface LinkPorts {
  readonly polite: boolean;
  readonly configuration: RTCConfiguration;
  readonly connect: (configuration: RTCConfiguration) => RTCPeerConnection;
  readonly tracks: LocalTracks;
  /** Milliseconds in which it must settle; after that it counts as dead. */
  readonly timeout: number;
  /** Sends an item to the other end's connection: in order, once, and until it arrives. */
  readonly say: (item: Item) => void;
  /** Whether the other end has taken all items. */
  readonly isHeard: () => boolean;
  readonly onTrack: (track: MediaStreamTrack) => void;
  readonly onScreen: (screen: MediaStream | null) => void;
  readonly onReception: (state: ReceptionState) => void;
  readonly onMuted: (audio: boolean, video: boolean) => void;
  readonly onConnected: () => void;
  readonly onLost: () => void;
  readonly onDead: () => void;
}

/** One `RTCPeerConnection` and its negotiation. */
export class Link {
  readonly #ports: LinkPorts;
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #reception: Reception;
  #audio: RTCRtpTransceiver | null = null;
  #video: RTCRtpTransceiver | null = null;
  /** Sends our screen. */
  #screen: RTCRtpTransceiver | null = null;
  /** Receives their screen. */
  #theirScreen: MediaStream | null = null;
  #theyShare = false;
  #tracks: LocalTracks;
  #sharers = 1;
  /** The lines of our picture that they show, and of theirs that we show; undefined until told. */
  #theyShow: number | undefined;
  #weShow: number | undefined;
  /** Whether their first description was taken. */
  #begun = false;
  /** Whether the browser refused a step that should have worked. */
  #broken = false;
  #tasks: Promise<void> = Promise.resolve();
  #closed = false;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #grace: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: LinkPorts) {
    this.#ports = ports;
    this.#tracks = ports.tracks;
    this.#connection = ports.connect(ports.configuration);
    this.#connection.onnegotiationneeded = () => {
      // The impolite end makes the first offer. After it the browser asks for more, if more is needed.
      if (!ports.polite || this.#begun) this.#negotiate(() => this.#offer());
    };
    this.#connection.onicecandidate = ({ candidate }) => {
      if (!candidate?.candidate) return;
      // It waits for the present step, so that a candidate follows its description.
      this.#negotiate(async () => ports.say({ candidates: [candidate.toJSON()] }));
    };
    this.#reception = new Reception(this.#connection, ports.onReception);
    this.#connection.ontrack = ({ track, transceiver }) => this.#take(track, transceiver);
    this.#connection.onconnectionstatechange = () => this.#follow();
    this.#connection.onsignalingstatechange = () => this.#watch();
    this.#channel = this.#connection.createDataChannel('state', { negotiated: true, id: 0 });
    this.#channel.onopen = () => {
      this.#tellState();
      this.#watch();
    };
    this.#channel.onclose = () => this.#watch();
    this.#channel.onmessage = ({ data }) => this.#hearState(data);
    if (!ports.polite) {
      this.#audio = this.#connection.addTransceiver(ports.tracks.audio ?? 'audio');
      this.#video = this.#connection.addTransceiver(ports.tracks.video ?? 'video');
    }
    this.#watch();
  }

  /** Sends these tracks, and tells the other end which of them are muted. */
  publish(tracks: LocalTracks): void {
    this.#tracks = tracks;
    this.#queue(() => this.#attach());
    this.#tellState();
  }

  /** Sends less if more receivers share this computer. */
  share(sharers: number): void {
    this.#sharers = sharers;
    this.#queue(() => this.#limit());
  }

  /** Tells the other end how many lines of its picture we show. */
  show(lines: number | undefined): void {
    this.#weShow = lines;
    this.#tellState();
  }

  /** Uses these servers from the next restart on. */
  configure(configuration: RTCConfiguration): void {
    this.#connection.setConfiguration(configuration);
  }

  /** Takes the next item from the other end's connection. */
  receive({ description, candidates }: Item): void {
    if (description) this.#negotiate(() => this.#accept(description));
    else if (candidates) this.#negotiate(() => this.#addCandidates(candidates));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#grace);
    this.#reception.stop();
    this.#connection.close();
  }

  /** Runs one step after another; if a track or a limit is refused, the old one stays. */
  #queue(task: () => Promise<void>): void {
    this.#tasks = this.#tasks
      .then(() => (this.#closed ? undefined : task()))
      .catch(() => undefined)
      .then(() => this.#watch());
  }

  /** Runs a step; if it fails, the two ends no longer agree. */
  #negotiate(step: () => Promise<void>): void {
    this.#queue(async () => {
      try {
        await step();
      } catch {
        this.#broken = true;
      }
    });
  }

  async #offer(): Promise<void> {
    if (this.#connection.signalingState !== 'stable') return; // once it is, the browser asks again
    await this.#connection.setLocalDescription();
    this.#describe();
  }

  async #accept(description: Description): Promise<void> {
    const collides = description.type === 'offer' && this.#connection.signalingState !== 'stable';
    if (collides && !this.#ports.polite) return; // our own offer wins: the other end rolls its offer back
    await this.#connection.setRemoteDescription(description);
    this.#begun = true;
    await this.#attach();
    if (description.type === 'answer') return;
    await this.#connection.setLocalDescription();
    this.#describe();
  }

  async #addCandidates(candidates: readonly RTCIceCandidateInit[]): Promise<void> {
    for (const candidate of candidates) {
      // A candidate of an offer that was rolled back is refused, and should be. A candidate names its
      // description, and one of an earlier description may follow such an offer.
      await this.#connection.addIceCandidate(candidate).catch(() => undefined);
    }
  }

  #describe(): void {
    const { type, sdp } = this.#connection.localDescription ?? {};
    if (sdp !== undefined && (type === 'offer' || type === 'answer')) {
      this.#ports.say({ description: { type, sdp } });
    }
  }

  /** Finds the transceivers that the other end's offer made, and puts our tracks on them. */
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
    } else if (screen && this.#begun) {
      // Not before the camera has its line: both ends use the first line for the camera.
      this.#screen = this.#connection.addTransceiver(screen, { direction: 'sendonly' });
    }
  }

  #findTransceivers(): void {
    for (const transceiver of this.#connection.getTransceivers()) {
      if (transceiver.receiver.track.kind === 'audio') this.#audio ??= transceiver;
      else this.#video ??= transceiver;
    }
  }

  /** Takes a track of the other end: of the camera, or of a screen. */
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

  #follow(): void {
    if (this.#closed) return;
    clearTimeout(this.#grace);
    switch (this.#connection.connectionState) {
      case 'connected':
        this.#ports.onConnected();
        this.#reception.start();
        this.#queue(() => this.#limit());
        break;
      case 'disconnected':
        this.#grace = setTimeout(() => this.#restart(), DISCONNECTED_GRACE);
        break;
      case 'failed':
        this.#restart();
        break;
      default:
        break;
    }
    this.#watch();
  }

  #restart(): void {
    this.#ports.onLost();
    this.#connection.restartIce();
  }

  /** Whether the negotiation is complete and media flows: the only state that may last. */
  #isSettled(): boolean {
    return (
      !this.#broken &&
      this.#connection.connectionState === 'connected' &&
      this.#connection.signalingState === 'stable' &&
      this.#channel.readyState === 'open' &&
      (!this.#tracks.screen || this.#screen?.currentDirection === 'sendonly')
    );
  }

  /** Ends every other state after a time. */
  #watch(): void {
    if (this.#closed) return;
    if (this.#isSettled()) {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
    } else this.#deadline ??= setTimeout(() => this.#expire(), this.#ports.timeout);
  }

  #expire(): void {
    this.#deadline = undefined;
    // Items under way are repeated until they arrive. A new connection could not do more, and this one
    // may still carry media.
    if (!this.#broken && !this.#ports.isHeard()) this.#watch();
    else if (!this.#isSettled()) {
      this.#ports.onLost();
      this.#ports.onDead();
    }
  }

  async #limit(): Promise<void> {
    if (this.#connection.connectionState !== 'connected') return;
    const camera = this.#video?.sender;
    if (camera?.track) {
      const settings = camera.track.getSettings();
      await encode(camera, encodingFor(this.#sharers, settings, this.#theyShow));
    }
    const screen = this.#screen?.sender;
    if (screen?.track) await encode(screen, screenEncodingFor(this.#sharers));
  }

  /** Tells what of ours is muted, and how large we show theirs. */
  #tellState(): void {
    if (this.#channel.readyState !== 'open') return;
    const { audio, video, screen } = this.#tracks;
    this.#channel.send(
      JSON.stringify({
        audio: audio?.enabled ?? false,
        video: video?.enabled ?? false,
        screen: Boolean(screen),
        shown: this.#weShow,
      }),
    );
  }

  #hearState(data: unknown): void {
    if (typeof data !== 'string') return;
    try {
      const state: unknown = JSON.parse(data);
      if (typeof state !== 'object' || state === null) return;
      const { audio, video, screen, shown } = state as Record<string, unknown>;
      if (typeof audio === 'boolean' && typeof video === 'boolean') {
        this.#ports.onMuted(audio, video);
      }
      const lines = typeof shown === 'number' ? shown : undefined;
      if (lines !== this.#theyShow) {
        this.#theyShow = lines;
        this.#queue(() => this.#limit());
      }
      this.#theyShare = screen === true;
      this.#tellScreen();
    } catch {
      // It is not one of our messages.
    }
  }
}
