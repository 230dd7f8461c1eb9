/** From a captured frame to the storage, by tickets fetched ahead so that no frame waits for one. */
import type { CapturedFrame } from './capture.ts';
import { UPLOADS_MAX, type UploadTicket } from './contract.ts';

const PUT_TIMEOUT = 8_000; // ms
const TICKETS_LOW = 2; // fetch more when fewer are left
const TICKET_MARGIN = 10_000; // ms before its end from which a ticket is not used any more

/** A ticket and until when, by this page's clock. */
interface HeldTicket extends UploadTicket {
  readonly usableUntil: number;
}

/** A frame the storage did not take; `status` is 0 when it did not answer. */
export class UploadError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(status ? `The storage refused the frame (${status}).` : 'The storage did not answer.');
    this.name = 'UploadError';
    this.status = status;
  }
}

/** A frame with what its person says of themselves, if they do: `INSTEAD:EXPRESSION`. */
export interface UploadedFrame extends CapturedFrame {
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
  #fetching: Promise<void> | null = null;

  constructor(ports: UploadPorts) {
    this.#ports = ports;
  }

  /**
   * Puts a frame into the storage and answers its name; null when this second's ticket is spent.
   *
   * A refused ticket is thrown away with its companions and one fresh ticket is tried. Rejects with
   * `UploadError`, with the `ApiError` of the upload-ticket route, or when `signal` aborts.
   */
  async upload(frame: UploadedFrame, signal: AbortSignal): Promise<string | null> {
    for (let attempt = 1; ; attempt++) {
      const ticket = await this.#take();
      signal.throwIfAborted();
      if (!ticket) return null;
      try {
        await this.#put(ticket, frame, signal);
        return ticket.frame;
      } catch (error) {
        signal.throwIfAborted();
        const refused = error instanceof UploadError && error.status >= 400 && error.status < 500;
        if (refused) this.#tickets = [];
        if (!refused || attempt > 1) throw error;
      }
    }
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
    if (ticket) this.#lastUsed = ticket.frame;
    // In the background: this frame already has its ticket, and the next one will report a refusal.
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
    const fresh = await this.#ports.uploadTickets(UPLOADS_MAX);
    // The first one's name is the time at the functions, whose clock this page need not share.
    const ahead = this.#ports.now() - Number(fresh[0]?.frame);
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
      ({ frame, usableUntil }) => frame > this.#lastUsed && usableUntil > now,
    );
  }

  async #put(ticket: UploadTicket, frame: UploadedFrame, signal: AbortSignal): Promise<void> {
    let status = 0;
    try {
      const response = await this.#ports.fetch(ticket.url, {
        method: 'PUT',
        headers: {
          'x-ms-blob-type': 'BlockBlob',
          'Content-Type': 'image/jpeg',
          'x-ms-meta-capturedat': String(frame.capturedAt),
          ...(frame.correction && { 'x-ms-meta-correction': frame.correction }),
        },
        body: frame.jpeg,
        signal: AbortSignal.any([signal, AbortSignal.timeout(PUT_TIMEOUT)]),
      });
      if (response.ok) return;
      status = response.status;
    } catch {
      // No answer; the status says so.
    }
    throw new UploadError(status);
  }
}
