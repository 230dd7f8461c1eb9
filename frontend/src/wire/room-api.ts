import * as answers from './answers.ts';
import type { Api, ApiRequest } from './api.ts';
import type * as contract from './contract.ts';
import * as messages from './messages.ts';

/** The routes of one participant in one room, signed with that participant's ticket. */
export class RoomApi {
  readonly room: string;
  readonly participant: string;
  readonly #api: Api;
  readonly #leaving = new AbortController();
  #ticket: string;
  #choices = 0; // of our consent

  constructor(api: Api, room: string, joined: contract.Joined) {
    this.#api = api;
    this.room = room;
    this.participant = joined.participant;
    this.#ticket = joined.ticket;
  }

  /** Credentials for the call's media. */
  async videoToken(): Promise<contract.VideoToken> {
    return this.#keep('video-token', {}, answers.parseVideoToken);
  }

  /** Where the hub is, and a token for it. */
  async negotiate(): Promise<contract.HubAccess> {
    const route = `participants/${this.participant}/negotiate`;
    return this.#keep(route, {}, answers.parseHubAccess, { attempts: 1 });
  }

  /** Enters the hub's group and tells the room that we are here; call it after every connection. */
  async announce(away?: boolean): Promise<contract.Roster> {
    return this.#keep('presence', away === undefined ? {} : { away }, answers.parseRoster);
  }

  /** A sign of life, with whether we are away and the ages of readings; renews the ticket. */
  async heartbeat(away?: boolean, ages: readonly number[] = []): Promise<contract.Roster> {
    const body = { ...(away !== undefined && { away }), ...(ages.length > 0 && { ages }) };
    const answer = await this.#keep('heartbeat', body, answers.parseHeartbeat, { attempts: 1 });
    this.#ticket = answer.ticket;
    return answer;
  }

  /** Relays `payload` to one other participant with one try; if they left, it is dropped. */
  async signal(to: string, payload: contract.JsonObject): Promise<void> {
    await this.#keep('signals', { to, payload }, answers.accepted, { attempts: 1 });
  }

  /** Upload tickets for the next `count` frames; refused with `consent-required`. */
  async uploadTickets(count: number): Promise<readonly contract.UploadTicket[]> {
    return this.#keep('upload-tickets', { count }, answers.parseUploadTickets, { attempts: 2 });
  }

  /**
   * Sends a reading of a picture that stays on this device; returns the reading's frame. Refused with
   * `consent-required`, or with `too-many-readings` if this slot has one already. `signal` cancels it.
   */
  async tellReading(reading: contract.ToldReading, signal: AbortSignal): Promise<string> {
    const body = reading as unknown as contract.JsonObject;
    const options = { attempts: 1, signal };
    return (await this.#post('readings', body, answers.parseToldFrame, options)).frame;
  }

  /** Asks everyone who agreed to be read now. */
  async analyze(): Promise<void> {
    await this.#post('capture', {}, answers.accepted);
  }

  /** Gives or withdraws our consent to be read; with no scope it goes as far as the room's mode. */
  async setConsent(consent: boolean, scope: contract.ConsentScope | null): Promise<void> {
    // Repeated attempts are one choice; it does not count if a later choice comes first.
    const body = { consent, ...(consent && scope && { scope }), order: ++this.#choices };
    await this.#put('consent', body, messages.parseParticipant);
  }

  /** Sets the room's mode; refused with `host-required`. */
  async setMode(mode: contract.RoomMode): Promise<void> {
    await this.#put('mode', { mode }, messages.parseMode);
  }

  /** Replaces our frame's reading with our own word, said while we were shown this `mode`. */
  async correct(
    frame: string,
    expression: contract.Expression,
    mode: contract.RoomMode,
  ): Promise<void> {
    await this.#post('corrections', { frame, expression, mode }, answers.accepted);
  }

  /** Opens or closes the door. Guests are refused with `host-required`, here and below. */
  async setDoor(door: contract.DoorState): Promise<void> {
    await this.#put('door', { door });
  }

  /** Lets in or refuses somebody who waits; refused with `not-waiting`, `room-full`. */
  async answerKnock(participant: string, admit: boolean): Promise<void> {
    await this.#put(`waiting/${participant}`, { admit });
  }

  /** Removes somebody and closes the door; `connections` are theirs at the video provider. */
  async remove(participant: string, connections: readonly string[]): Promise<void> {
    await this.#post('removals', { participant, connections }, answers.accepted);
  }

  /** Asks somebody's page, or everybody else's, to mute. */
  async requestMute(participant: string | null): Promise<void> {
    await this.#post('mutes', participant ? { participant } : {}, answers.accepted);
  }

  /** Names one more host, or takes that back; refused with `host-named`. */
  async nameHost(participant: string, host: boolean): Promise<void> {
    await this.#put(`hosts/${participant}`, { host });
  }

  /** Leaves the room; works while the page closes, too. */
  async leave(closing = false): Promise<void> {
    await this.#api.leave(this.room, this.#pass, closing);
  }

  /** Cancels requests that only keep our place or our readings; our decisions are still sent. */
  close(): void {
    this.#leaving.abort();
  }

  get #pass() {
    return { participant: this.participant, ticket: this.#ticket };
  }

  async #put(
    route: string,
    body: contract.JsonObject,
    parse: (value: unknown) => unknown = answers.accepted,
  ): Promise<void> {
    const path = `/api/rooms/${this.room}/${route}`;
    await this.#api.ask({ method: 'PUT', path, body, ticket: this.#ticket }, parse);
  }

  /** Posts a request that is useless after we leave, and would be refused then. */
  async #keep<T>(
    route: string,
    body: contract.JsonObject,
    parse: (value: unknown) => T | null,
    options: Pick<ApiRequest, 'attempts'> = {},
  ): Promise<T> {
    return this.#post(route, body, parse, { ...options, signal: this.#leaving.signal });
  }

  async #post<T>(
    route: string,
    body: contract.JsonObject,
    parse: (value: unknown) => T | null,
    options: Pick<ApiRequest, 'attempts' | 'signal'> = {},
  ): Promise<T> {
    const path = `/api/rooms/${this.room}/${route}`;
    return this.#api.ask({ method: 'POST', path, body, ticket: this.#ticket, ...options }, parse);
  }
}
