/** Uploads captured frames to the storage, with tickets that are fetched ahead of time. */

import { ServerTime } from '../time/server-time.ts';
import { abortAfter } from '../wire/abort.ts';
import { FRAME_METADATA, type RoomMode, UPLOADS_MAX, type UploadTicket } from '../wire/contract.ts';
import type { CapturedFrame } from './capture.ts';

const PUT_TIMEOUT = 8_000; // ms
const TICKETS_LOW = 2; // fetch more if fewer are left
const USUAL_SLOT = 1_000; // ms; one single ticket does not show how long a slot is
const TICKET_MARGIN = 10_000; // ms before its end, in which a ticket is no longer used

/** A ticket and until when, by this page's clock. */
interface HeldTicket extends UploadTicket {
  readonly usableUntil: number;
}

/** The storage did not take a frame; `status` is 0 if it did not answer. */
export class UploadError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(status ? `The storage refused the frame (${status}).` : 'The storage did not answer.');
    this.name = 'UploadError';
    this.status = status;
  }
}

/**
 * A frame with the room's mode that its person was shown, and with their own word, if there is one:
 * `INSTEAD:EXPRESSION`.
 */
export interface UploadedFrame extends CapturedFrame {
  readonly mode: RoomMode;
  readonly correction?: string | undefined;
}

/** What an `Uploader` needs of the world. */
export interface UploadPorts {
  readonly uploadTickets: (count: number) => Promise<readonly UploadTicket[]>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** Uploads one participant's frames, each under a name never used before. */
export class Uploader {
  readonly #ports: UploadPorts;
  #tickets: readonly HeldTicket[] = [];
  #lastUsed = '';
  /** Every name used in this stay: the functions do not read a second frame of one ticket. */
  readonly #used = new Set<string>();
  readonly #serverTime = new ServerTime();
  #fetching: Promise<void> | null = null;

  constructor(ports: UploadPorts) {
    this.#ports = ports;
  }

  /**
   * Puts a frame into the storage and returns its name; null if this slot's ticket is used.
   *
   * If a ticket is refused, all tickets are dropped and one new ticket is tried. Rejects with
   * `UploadError`, with the `ApiError` of the upload-ticket route, or if `signal` aborts.
   */
  async upload(frame: UploadedFrame, signal: AbortSignal): Promise<string | null> {
    for (let attempt = 1; ; attempt++) {
      const ticket = await this.#take();
      signal.throwIfAborted();
      if (!ticket) return null;
      try {
        // Others get the time of the picture by the functions' clock.
        const capturedAt = Math.round(this.#serverTime.at(frame.capturedAt));
        await this.#put(ticket, { ...frame, capturedAt }, signal);
        return ticket.frame;
      } catch (error) {
        signal.throwIfAborted();
        const refused = error instanceof UploadError && error.status >= 400 && error.status < 500;
        if (refused) this.#tickets = [];
        if (!refused || attempt > 1) throw error;
      }
    }
  }

  /** Drops frames of this name and before: the room knows a newer one. */
  passed(frame: string): void {
    if (frame > this.#lastUsed) this.#lastUsed = frame;
    this.#drop();
  }

  /** The age (ms) of a picture that was taken at this time of the functions. */
  age(capturedAt: number): number {
    return this.#serverTime.at(this.#ports.now()) - capturedAt;
  }

  /** Fetches tickets now, so that the first frame finds one. */
  async prepare(): Promise<void> {
    this.#drop();
    if (this.#tickets.length < TICKETS_LOW) await this.#refill();
  }

  async #take(): Promise<UploadTicket | undefined> {
    this.#drop();
    if (this.#tickets.length === 0) await this.#refill();
    const [ticket, ...rest] = this.#tickets;
    this.#tickets = rest;
    if (ticket) {
      this.#lastUsed = ticket.frame;
      this.#used.add(ticket.frame);
    }
    // In the background: this frame has its ticket already, and the next one reports a refusal.
    if (rest.length < TICKETS_LOW) this.#refill().catch(() => undefined);
    return ticket;
  }

  async #refill(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = null;
    });
    await this.#fetching;
  }

  async #fetch(): Promise<void> {
    const askedAt = this.#ports.now();
    const fresh = await this.#ports.uploadTickets(UPLOADS_MAX);
    const heardAt = this.#ports.now();
    const [slot = Number.NaN, next = slot + USUAL_SLOT] = fresh.map(({ frame }) => Number(frame));
    this.#serverTime.hear(askedAt, heardAt, slot, next - slot);
    // The used names are far ahead of the new ones: the functions' clock was set back.
    if (Number(this.#lastUsed) > slot + 2 * UPLOADS_MAX * (next - slot)) {
      this.#lastUsed = '';
      this.#tickets = [];
    }
    const ahead = heardAt - slot;
    const held = fresh.map((ticket) => ({
      ...ticket,
      usableUntil: ticket.expiresAt + ahead - TICKET_MARGIN,
    }));
    const byFrame = new Map([...this.#tickets, ...held].map((ticket) => [ticket.frame, ticket]));
    this.#tickets = [...byFrame.values()].sort((a, b) => (a.frame < b.frame ? -1 : 1));
    this.#drop();
  }

  /** Forgets tickets that are used, older than one used, or about to expire. */
  #drop(): void {
    const now = this.#ports.now();
    this.#tickets = this.#tickets.filter(
      ({ frame, usableUntil }) =>
        frame > this.#lastUsed && usableUntil > now && !this.#used.has(frame),
    );
  }

  async #put(ticket: UploadTicket, frame: UploadedFrame, signal: AbortSignal): Promise<void> {
    const limit = abortAfter(PUT_TIMEOUT, signal);
    let status = 0;
    try {
      const response = await this.#ports.fetch(ticket.url, {
        method: 'PUT',
        headers: {
          'x-ms-blob-type': 'BlockBlob',
          'Content-Type': 'image/jpeg',
          [`x-ms-meta-${FRAME_METADATA.capturedAt}`]: String(frame.capturedAt),
          [`x-ms-meta-${FRAME_METADATA.mode}`]: frame.mode,
          ...(frame.correction && {
            [`x-ms-meta-${FRAME_METADATA.correction}`]: frame.correction,
          }),
        },
        body: frame.jpeg,
        signal: limit,
      });
      status = response.status;
      await response.text(); // the browser logs an unread answer as aborted
      if (response.ok) return;
    } catch {
      // No answer; the status says so.
    }
    throw new UploadError(status);
  }
}
