/** Watches the media that we receive: whether somebody speaks, and the connection's quality. */
import { SpeakingGate } from '../devices/audio-level.ts';
import type { Quality } from './call.ts';

const LEVEL_INTERVAL = 200; // ms
const STATS_INTERVAL = 3_000; // ms

// The limits at which people notice a loss, and at which talking becomes hard: shares of lost packets,
// and round trips in seconds (ITU-T G.114 asks for less than 0.4 s in one direction).
const FAIR = { loss: 0.02, roundTrip: 0.3 };
const POOR = { loss: 0.08, roundTrip: 0.7 };

/**
 * The quality for a share of lost packets (0 to 1) and a round trip in seconds; the worse one
 * counts.
 */
export function qualityOf(loss: number, roundTrip: number): Quality {
  if (loss >= POOR.loss || roundTrip >= POOR.roundTrip) return 'poor';
  if (loss >= FAIR.loss || roundTrip >= FAIR.roundTrip) return 'fair';
  return 'good';
}

/** What is received from one participant: whether they speak, and the connection's quality. */
export interface ReceptionState {
  readonly speaking: boolean;
  /** Null while unknown. */
  readonly quality: Quality | null;
}

/** The state before anything is received. */
export const SILENCE: ReceptionState = { speaking: false, quality: null };

/** Watches what one peer connection receives, from `start` on. */
export class Reception {
  readonly #connection: RTCPeerConnection;
  readonly #onChange: (state: ReceptionState) => void;
  readonly #gate = new SpeakingGate();
  #state = SILENCE;
  #packets = { lost: 0, received: 0 };
  #level: ReturnType<typeof setInterval> | undefined;
  #stats: ReturnType<typeof setInterval> | undefined;

  constructor(connection: RTCPeerConnection, onChange: (state: ReceptionState) => void) {
    this.#connection = connection;
    this.#onChange = onChange;
  }

  start(): void {
    if (this.#level !== undefined) return;
    this.#level = setInterval(() => this.#listen(), LEVEL_INTERVAL);
    this.#stats = setInterval(() => void this.#measure(), STATS_INTERVAL);
  }

  stop(): void {
    clearInterval(this.#level);
    clearInterval(this.#stats);
  }

  #listen(): void {
    const levels = this.#connection
      .getReceivers()
      .filter(({ track }) => track.kind === 'audio')
      .flatMap((receiver) => receiver.getSynchronizationSources())
      .map(({ audioLevel }) => audioLevel ?? 0);
    const speaking = this.#gate.speaks(Math.max(0, ...levels), performance.now());
    this.#change({ ...this.#state, speaking });
  }

  async #measure(): Promise<void> {
    let [lost, received, roundTrip] = [0, 0, 0];
    for (const report of (await this.#connection.getStats()).values()) {
      if (report.type === 'inbound-rtp') {
        lost += report.packetsLost ?? 0;
        received += report.packetsReceived ?? 0;
      } else if (report.type === 'candidate-pair' && report.nominated) {
        roundTrip = Math.max(roundTrip, report.currentRoundTripTime ?? 0);
      }
    }
    const newlyLost = Math.max(0, lost - this.#packets.lost);
    const sent = newlyLost + received - this.#packets.received;
    this.#packets = { lost, received };
    const loss = sent > 0 ? newlyLost / sent : 0;
    this.#change({ ...this.#state, quality: qualityOf(loss, roundTrip) });
  }

  #change(state: ReceptionState): void {
    if (state.speaking === this.#state.speaking && state.quality === this.#state.quality) return;
    this.#state = state;
    this.#onChange(state);
  }
}
