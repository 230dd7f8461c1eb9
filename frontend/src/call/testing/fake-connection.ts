/**
 * `RTCPeerConnection` without media: its states, and what it refuses, by the specification.
 *
 * https://www.w3.org/TR/webrtc/ : the operations chain (4.4.1.2), setting descriptions with
 * implicit and explicit rollback (4.4.1.5), the negotiation-needed flag (4.7.3), and candidates
 * that belong to one description by their username fragment (4.4.2). An SDP is JSON here.
 */

interface Line {
  readonly mid: string;
  readonly kind: string;
  readonly direction: RTCRtpTransceiverDirection;
}

interface Sdp {
  /** The connection that made it: what the DTLS fingerprint is in a real one. */
  readonly from: number;
  readonly fragment: string;
  readonly lines: readonly Line[];
}

interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** A track, as much of it as a call looks at. */
export class FakeTrack {
  enabled = true;
  readonly kind: string;
  readonly name: string;

  constructor(kind: string, name: string) {
    this.kind = kind;
    this.name = name;
  }

  getSettings(): MediaTrackSettings {
    return { width: 640, height: 480 };
  }
}

/** A stream, as much of it as a call looks at. */
export class FakeStream {
  readonly tracks: FakeTrack[];

  constructor(tracks: readonly FakeTrack[] = []) {
    this.tracks = [...tracks];
  }

  addTrack(track: FakeTrack): void {
    if (!this.tracks.includes(track)) this.tracks.push(track);
  }
}

class FakeTransceiver {
  mid: string | null = null;
  currentDirection: RTCRtpTransceiverDirection | null = null;
  /** Whether a remote description made it; such a one goes when that is rolled back. */
  readonly madeByRemote: boolean;
  readonly receiver: { track: FakeTrack; getSynchronizationSources: () => [] };
  readonly sender;
  firedReceiving = false;
  readonly #changed: () => void;
  #direction: RTCRtpTransceiverDirection;

  constructor(
    kind: string,
    direction: RTCRtpTransceiverDirection,
    track: FakeTrack | null,
    madeByRemote: boolean,
    changed: () => void,
  ) {
    this.#direction = direction;
    this.#changed = changed;
    this.madeByRemote = madeByRemote;
    this.receiver = {
      track: new FakeTrack(kind, 'received'),
      getSynchronizationSources: () => [],
    };
    let encodings: RTCRtpEncodingParameters[] = [{}];
    this.sender = {
      track,
      async replaceTrack(replacement: FakeTrack | null) {
        this.track = replacement;
      },
      getParameters: () => ({ encodings: encodings.map((encoding) => ({ ...encoding })) }),
      async setParameters(parameters: { encodings: RTCRtpEncodingParameters[] }) {
        ({ encodings } = parameters);
      },
    };
  }

  get direction(): RTCRtpTransceiverDirection {
    return this.#direction;
  }

  set direction(direction: RTCRtpTransceiverDirection) {
    if (direction === this.#direction) return;
    this.#direction = direction;
    this.#changed();
  }
}

class FakeChannel {
  readyState: RTCDataChannelState = 'connecting';
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  readonly unsent: string[] = [];
  readonly #push: () => void;

  constructor(push: () => void) {
    this.#push = push;
  }

  send(text: string): void {
    if (this.readyState !== 'open') throw refusal('InvalidStateError');
    this.unsent.push(text);
    this.#push();
  }

  become(state: RTCDataChannelState): void {
    if (state === this.readyState || this.readyState === 'closed') return;
    this.readyState = state;
    if (state === 'open') this.onopen?.();
    if (state === 'closed') this.onclose?.();
  }
}

/** What lies between connections: which of them can reach each other, and how long things take. */
export interface FakeInternet {
  readonly connections: FakeConnection[];
  /** Milliseconds until something that takes a moment is done. */
  readonly delay: () => number;
  /** Whether packets pass between the two at present. */
  readonly reaches: (one: FakeConnection, other: FakeConnection) => boolean;
}

const CANDIDATES = 2; // of each generation
const DISCONNECTED_AFTER = 1_000; // ms without packets
const FAILED_AFTER = 6_000; // ms

/** One end. `owner` is whose it is, for the test alone. */
export class FakeConnection {
  readonly id: number;
  readonly owner: string;
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  onnegotiationneeded: (() => void) | null = null;
  onsignalingstatechange: (() => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  ontrack: ((event: { track: FakeTrack; transceiver: FakeTransceiver }) => void) | null = null;
  readonly #internet: FakeInternet;
  readonly #transceivers: FakeTransceiver[] = [];
  #channel: FakeChannel | null = null;
  #currentLocal: Description | null = null;
  #pendingLocal: Description | null = null;
  #currentRemote: Description | null = null;
  #pendingRemote: Description | null = null;
  #chain: Promise<unknown> = Promise.resolve();
  #chained = 0;
  #checkWhenEmpty = false;
  #negotiationNeeded = false;
  /** The generation to be replaced by a restart; null when none is wanted. */
  #replacing: string | null = null;
  #fragments = 0;
  /** How many candidates of each remote generation were taken. */
  readonly #taken = new Map<string, number>();
  /** Pairs of generations over which the connection failed; only other ones bring it up again. */
  readonly #failed = new Set<string>();
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(owner: string, internet: FakeInternet) {
    this.owner = owner;
    this.#internet = internet;
    this.id = internet.connections.length;
    internet.connections.push(this);
  }

  get localDescription(): Description | null {
    return this.#pendingLocal ?? this.#currentLocal;
  }

  get remoteDescription(): Description | null {
    return this.#pendingRemote ?? this.#currentRemote;
  }

  createDataChannel(): FakeChannel {
    this.#channel = new FakeChannel(() => this.#carry());
    this.#updateNegotiationNeeded();
    return this.#channel;
  }

  addTransceiver(
    trackOrKind: FakeTrack | string,
    { direction = 'sendrecv' }: { direction?: RTCRtpTransceiverDirection } = {},
  ): FakeTransceiver {
    const [kind, track] =
      typeof trackOrKind === 'string' ? [trackOrKind, null] : [trackOrKind.kind, trackOrKind];
    const transceiver = this.#makeTransceiver(kind, direction, track, false);
    this.#updateNegotiationNeeded();
    return transceiver;
  }

  getTransceivers(): readonly FakeTransceiver[] {
    return [...this.#transceivers];
  }

  getReceivers(): readonly FakeTransceiver['receiver'][] {
    return this.#transceivers.map(({ receiver }) => receiver);
  }

  async getStats(): Promise<ReadonlyMap<string, object>> {
    return new Map();
  }

  /** The last one is kept for the test alone. */
  configuration: RTCConfiguration = {};
  setConfiguration(configuration: RTCConfiguration): void {
    if (this.signalingState === 'closed') throw refusal('InvalidStateError');
    this.configuration = configuration;
  }

  restartIce(): void {
    this.#replacing = this.#currentLocal && fragmentOf(this.#currentLocal);
    this.#updateNegotiationNeeded();
  }

  setLocalDescription(description?: { type: 'rollback' }): Promise<void> {
    return this.#inChain(async () => {
      await this.#pass();
      if (description) {
        if (this.signalingState !== 'have-local-offer') throw refusal('InvalidStateError');
        this.#rollBackLocal();
        this.onsignalingstatechange?.();
        this.#negotiationNeeded = false;
        this.#updateNegotiationNeeded();
        return;
      }
      if (this.signalingState === 'have-remote-offer') this.#setLocalAnswer();
      else this.#setLocalOffer();
    });
  }

  setRemoteDescription({ type, sdp }: Description): Promise<void> {
    return this.#inChain(async () => {
      await this.#pass();
      const content = JSON.parse(sdp) as Sdp;
      if (type === 'answer') {
        if (this.signalingState !== 'have-local-offer') throw refusal('InvalidStateError');
        this.#setRemoteAnswer({ type, sdp }, content);
      } else {
        if (this.signalingState === 'have-local-offer') this.#rollBackLocal();
        if (this.signalingState === 'have-remote-offer') this.#rollBackRemote();
        this.#setRemoteOffer({ type, sdp }, content);
      }
    });
  }

  addIceCandidate({ usernameFragment }: RTCIceCandidateInit): Promise<void> {
    return this.#inChain(async () => {
      if (!this.remoteDescription) throw refusal('InvalidStateError');
      await this.#pass();
      const known = [this.#currentRemote, this.#pendingRemote].some(
        (description) => description && fragmentOf(description) === usernameFragment,
      );
      if (!known || !usernameFragment) throw refusal('OperationError');
      this.#taken.set(usernameFragment, (this.#taken.get(usernameFragment) ?? 0) + 1);
      this.#internet.connections.forEach((each) => void each.meet());
    });
  }

  close(): void {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
    clearTimeout(this.#silence);
    this.#channel?.become('closed');
    const peer = this.#peer();
    if (peer) setTimeout(() => peer.#channel?.become('closed'), this.#internet.delay());
    peer?.meet();
  }

  /** Loses the data channel, while media goes on. */
  loseChannel(): void {
    this.#channel?.become('closed');
  }

  /** What the other end sends on what we receive as `track`. */
  sourceOf(track: FakeTrack): FakeTrack | null {
    const ours = this.#transceivers.find(({ receiver }) => receiver.track === track);
    const peer = this.#peer();
    const theirs = peer?.getTransceivers().find(({ mid }) => mid !== null && mid === ours?.mid);
    if (this.connectionState !== 'connected' || peer?.connectionState !== 'connected') return null;
    if (!receives(ours?.currentDirection) || !sends(theirs?.currentDirection)) return null;
    return theirs?.sender.track ?? null;
  }

  /** Looks again whether the two ends can reach each other: after whatever changed. */
  meet(): void {
    if (this.connectionState === 'closed') return;
    const peer = this.#peer();
    if (this.connectionState === 'new' && this.#currentRemote) this.#report('connecting');
    if (!peer) return;
    if (this.#canReach(peer) && peer.#canReach(this)) {
      clearTimeout(this.#silence);
      this.#silence = undefined;
      if (this.connectionState !== 'connected') this.#connectSoon(peer);
    } else if (this.connectionState === 'connected' || this.connectionState === 'disconnected') {
      this.#fallSilent(peer);
    }
  }

  #connectSoon(peer: FakeConnection): void {
    setTimeout(() => {
      if (this.connectionState === 'connected' || this.connectionState === 'closed') return;
      if (this.#peer() !== peer || !this.#canReach(peer) || !peer.#canReach(this)) return;
      this.#report('connected');
      this.#channel?.become('open');
      this.#carry();
      peer.#carry();
      peer.meet();
    }, this.#internet.delay());
  }

  #fallSilent(peer: FakeConnection): void {
    if (this.#silence !== undefined) return;
    const pair = this.#pair();
    const alive = this.#internet.reaches(this, peer) && peer.connectionState !== 'closed';
    if (alive && pair && !this.#failed.has(pair)) return; // a restart under way: the old way still carries
    this.#silence = setTimeout(
      () => {
        this.#silence = undefined;
        if (this.connectionState === 'connected') {
          this.#report('disconnected');
          this.meet();
        } else if (this.connectionState === 'disconnected') {
          if (pair) this.#failed.add(pair);
          this.#report('failed');
        }
      },
      this.connectionState === 'connected' ? DISCONNECTED_AFTER : FAILED_AFTER - DISCONNECTED_AFTER,
    );
  }

  /** Whether our checks find the other end: descriptions of each other, and candidates for them. */
  #canReach(peer: FakeConnection): boolean {
    if (peer.connectionState === 'closed' || !this.#internet.reaches(this, peer)) return false;
    const pair = this.#pair();
    if (!pair || this.#failed.has(pair) || peer.#failed.has(pair)) return false;
    const theirs = this.#currentRemote && fragmentOf(this.#currentRemote);
    const actual = peer.#currentLocal && fragmentOf(peer.#currentLocal);
    return theirs !== null && theirs === actual && (this.#taken.get(theirs) ?? 0) >= CANDIDATES;
  }

  #pair(): string | null {
    if (!this.#currentLocal || !this.#currentRemote) return null;
    return [fragmentOf(this.#currentLocal), fragmentOf(this.#currentRemote)].sort().join();
  }

  #peer(): FakeConnection | null {
    if (!this.#currentRemote) return null;
    const { from } = JSON.parse(this.#currentRemote.sdp) as Sdp;
    const peer = this.#internet.connections[from];
    const theirs = peer ? peer.#currentRemote : null;
    // Another fingerprint than the one negotiated: DTLS does not come up.
    return peer && theirs && (JSON.parse(theirs.sdp) as Sdp).from === this.id ? peer : null;
  }

  #carry(): void {
    const [channel, peer] = [this.#channel, this.#peer()];
    if (!peer || channel?.readyState !== 'open' || peer.#channel?.readyState !== 'open') return;
    for (const text of channel.unsent.splice(0)) {
      setTimeout(() => {
        if (peer.#channel?.readyState === 'open') peer.#channel.onmessage?.({ data: text });
      }, 20);
    }
  }

  #report(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  #become(state: RTCSignalingState): void {
    if (this.signalingState === state) return;
    this.signalingState = state;
    this.onsignalingstatechange?.();
  }

  #setLocalOffer(): void {
    const kept = this.#currentLocal && fragmentOf(this.#currentLocal);
    const fragment = kept === null || this.#replacing === kept ? this.#newFragment() : kept;
    let mid = Math.max(-1, ...this.#transceivers.map((each) => Number(each.mid ?? -1)));
    for (const transceiver of this.#transceivers) {
      if (transceiver.mid !== null) continue;
      mid += 1;
      transceiver.mid = String(mid);
    }
    this.#pendingLocal = { type: 'offer', sdp: this.#describe(fragment, this.#transceivers) };
    this.#become('have-local-offer');
    this.#gather(this.#pendingLocal);
  }

  #setLocalAnswer(): void {
    const offer = this.#pendingRemote;
    if (!offer) throw refusal('InvalidStateError');
    const { lines, fragment: theirs } = JSON.parse(offer.sdp) as Sdp;
    const kept = this.#currentLocal && fragmentOf(this.#currentLocal);
    const restarts = !this.#currentRemote || fragmentOf(this.#currentRemote) !== theirs;
    const fragment = kept === null || restarts ? this.#newFragment() : kept;
    const answered = lines.map(({ mid }) => {
      const transceiver = this.#transceivers.find((each) => each.mid === mid);
      if (!transceiver) throw refusal('OperationError');
      return transceiver;
    });
    this.#currentLocal = { type: 'answer', sdp: this.#describe(fragment, answered, lines) };
    this.#currentRemote = offer;
    this.#settle();
    this.#gather(this.#currentLocal);
  }

  #setRemoteAnswer(description: Description, { lines }: Sdp): void {
    const offered = this.#pendingLocal;
    if (!offered) throw refusal('InvalidStateError');
    const mids = (JSON.parse(offered.sdp) as Sdp).lines.map(({ mid }) => mid);
    if (mids.join() !== lines.map(({ mid }) => mid).join()) throw refusal('InvalidAccessError');
    this.#currentLocal = offered;
    this.#currentRemote = description;
    this.#fireTracks(lines);
    this.#settle();
  }

  #setRemoteOffer(description: Description, { lines }: Sdp): void {
    this.#pendingRemote = description;
    for (const { mid, kind } of lines) {
      const known = this.#transceivers.find((each) => each.mid === mid);
      if (known) {
        if (known.receiver.track.kind !== kind) throw refusal('InvalidAccessError');
        continue;
      }
      this.#makeTransceiver(kind, 'recvonly', null, true).mid = mid;
    }
    this.#become('have-remote-offer');
    this.#fireTracks(lines);
  }

  #fireTracks(lines: readonly Line[]): void {
    for (const { mid, direction } of lines) {
      const transceiver = this.#transceivers.find((each) => each.mid === mid);
      if (!transceiver) continue;
      const receiving = sends(direction);
      if (receiving && !transceiver.firedReceiving) {
        this.ontrack?.({ track: transceiver.receiver.track, transceiver });
      }
      transceiver.firedReceiving = receiving;
    }
  }

  /** Both descriptions are the current ones now. */
  #settle(): void {
    this.#pendingLocal = null;
    this.#pendingRemote = null;
    const [local, remote] = [this.#currentLocal, this.#currentRemote].map(
      (each) => JSON.parse(each?.sdp ?? '{}') as Sdp,
    );
    for (const transceiver of this.#transceivers) {
      const ours = local?.lines.find(({ mid }) => mid === transceiver.mid)?.direction;
      const theirs = remote?.lines.find(({ mid }) => mid === transceiver.mid)?.direction;
      if (ours && theirs) transceiver.currentDirection = both(ours, theirs);
    }
    if (local?.fragment !== this.#replacing) this.#replacing = null;
    this.#become('stable');
    this.#negotiationNeeded = false;
    this.#updateNegotiationNeeded();
    this.#internet.connections.forEach((each) => void each.meet());
  }

  #newFragment(): string {
    this.#fragments += 1;
    return `${this.id}.${this.#fragments}`;
  }

  #rollBackLocal(): void {
    const before = new Set(
      this.#currentLocal ? (JSON.parse(this.#currentLocal.sdp) as Sdp).lines.map((l) => l.mid) : [],
    );
    for (const transceiver of this.#transceivers) {
      if (transceiver.mid !== null && !before.has(transceiver.mid)) transceiver.mid = null;
    }
    this.#pendingLocal = null;
    this.signalingState = 'stable';
  }

  #rollBackRemote(): void {
    const before = new Set(
      this.#currentRemote
        ? (JSON.parse(this.#currentRemote.sdp) as Sdp).lines.map((l) => l.mid)
        : [],
    );
    for (const transceiver of [...this.#transceivers]) {
      if (!transceiver.madeByRemote || before.has(transceiver.mid ?? '')) continue;
      this.#transceivers.splice(this.#transceivers.indexOf(transceiver), 1);
    }
    this.#pendingRemote = null;
    this.signalingState = 'stable';
  }

  #makeTransceiver(
    kind: string,
    direction: RTCRtpTransceiverDirection,
    track: FakeTrack | null,
    madeByRemote: boolean,
  ): FakeTransceiver {
    const changed = () => this.#updateNegotiationNeeded();
    const transceiver = new FakeTransceiver(kind, direction, track, madeByRemote, changed);
    this.#transceivers.push(transceiver);
    return transceiver;
  }

  #describe(
    fragment: string,
    transceivers: readonly FakeTransceiver[],
    offered?: readonly Line[],
  ): string {
    const sdp: Sdp = {
      from: this.id,
      fragment,
      lines: transceivers.map(({ mid, receiver, direction }) => {
        const theirs = offered?.find((line) => line.mid === mid)?.direction;
        return {
          mid: mid ?? '',
          kind: receiver.track.kind,
          direction: theirs ? both(direction, theirs) : direction,
        };
      }),
    };
    return JSON.stringify(sdp);
  }

  #gather(description: Description): void {
    const fragment = fragmentOf(description);
    if (this.#gathered.has(fragment)) return;
    this.#gathered.add(fragment);
    for (let n = 1; n <= CANDIDATES; n++) {
      const candidate = { candidate: `candidate:${n}`, usernameFragment: fragment, sdpMid: '0' };
      setTimeout(() => {
        if (this.signalingState === 'closed') return;
        this.onicecandidate?.({ candidate: { ...candidate, toJSON: () => candidate } });
      }, this.#internet.delay());
    }
  }
  readonly #gathered = new Set<string>();

  async #pass(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#internet.delay() / 10));
    if (this.signalingState === 'closed') await new Promise(() => undefined); // never settles
  }

  #inChain(operation: () => Promise<void>): Promise<void> {
    if (this.signalingState === 'closed') return Promise.reject(refusal('InvalidStateError'));
    this.#chained += 1;
    const done = this.#chain.then(operation);
    const after = () => {
      this.#chained -= 1;
      if (this.#chained > 0 || !this.#checkWhenEmpty) return;
      this.#checkWhenEmpty = false;
      this.#updateNegotiationNeeded();
    };
    this.#chain = done.then(after, after);
    return done;
  }

  #updateNegotiationNeeded(): void {
    if (this.#chained > 0) {
      this.#checkWhenEmpty = true;
      return;
    }
    setTimeout(() => {
      if (this.signalingState === 'closed') return;
      if (this.#chained > 0) {
        this.#checkWhenEmpty = true;
        return;
      }
      if (this.signalingState !== 'stable') return;
      if (!this.#isNegotiationNeeded()) {
        this.#negotiationNeeded = false;
        return;
      }
      if (this.#negotiationNeeded) return;
      this.#negotiationNeeded = true;
      this.onnegotiationneeded?.();
    }, 0);
  }

  #isNegotiationNeeded(): boolean {
    if (this.#replacing !== null) return true;
    if (!this.#currentLocal || !this.#currentRemote) {
      return this.#channel !== null || this.#transceivers.length > 0;
    }
    const local = JSON.parse(this.#currentLocal.sdp) as Sdp;
    const remote = JSON.parse(this.#currentRemote.sdp) as Sdp;
    return this.#transceivers.some(({ mid, direction }) => {
      const ours = local.lines.find((line) => line.mid === mid)?.direction;
      const theirs = remote.lines.find((line) => line.mid === mid)?.direction;
      if (!ours || !theirs) return true;
      if (this.#currentLocal?.type === 'offer') {
        return direction !== ours && direction !== mirrored(theirs);
      }
      return both(direction, theirs) !== ours;
    });
  }
}

function fragmentOf({ sdp }: Description): string {
  return (JSON.parse(sdp) as Sdp).fragment;
}

function sends(direction: RTCRtpTransceiverDirection | null | undefined): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

function receives(direction: RTCRtpTransceiverDirection | null | undefined): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

/** What comes of our direction where the other end's is `theirs`. */
function both(
  ours: RTCRtpTransceiverDirection,
  theirs: RTCRtpTransceiverDirection,
): RTCRtpTransceiverDirection {
  const sending = sends(ours) && receives(theirs);
  const receiving = receives(ours) && sends(theirs);
  if (sending) return receiving ? 'sendrecv' : 'sendonly';
  return receiving ? 'recvonly' : 'inactive';
}

function mirrored(direction: RTCRtpTransceiverDirection): RTCRtpTransceiverDirection {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}

function refusal(name: string): DOMException {
  return new DOMException(`refused: ${name}`, name);
}
