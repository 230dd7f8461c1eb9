/**
 * The items that two connections send each other: in order and each once, over posts that may be lost,
 * late, doubled and reordered. The functions repeat nothing, and the hub drops messages to a page that
 * is just connecting to it again.
 *
 * - A post carries *all* items that are not confirmed yet. So no post that arrives leaves a gap before
 *   its items; items that were taken before are skipped by their numbers.
 *   (A cumulative acknowledgement with retransmission, as in TCP, RFC 9293 section 3.4.)
 * - Posts name both connections. A post from or for an ended connection is dropped. A newer connection
 *   of the other end replaces ours, unless ours is still unused.
 * - Each end repeats its post, more and more slowly, until all its items are confirmed and the other end
 *   has named its connection. Then both are silent.
 */
import { pauseAfter } from '../wire/api.ts';
import type { Item, Post } from './mesh-signal.ts';

const GATHER_FIRST = 30; // ms after a description, in which its first candidates come
const GATHER_MORE = 120; // ms
const CONFIRM_AFTER = 400; // ms in which an answer may carry the confirmation
const REPEAT_FIRST = 2_000; // ms until a post without confirmation is repeated, doubled each time
const REPEAT_MAX = 8_000; // ms
const POST_MAX = 48_000; // characters of items; the functions take 64,000 bytes

/** What a `Signalling` needs of the world. */
export interface SignallingPorts {
  /** Relays a post; a lost post is repeated. After a rejection the next one waits for `retryAfter` (ms). */
  readonly post: (post: Post) => Promise<void>;
  /** Takes the other end's next item. */
  readonly take: (item: Item) => void;
  /** Replaces our connection with a new one, which calls `begin`: they have a new one, and ours was used. */
  readonly replace: () => void;
}

/** One participant's end of the exchange. */
export class Signalling {
  readonly #ports: SignallingPorts;
  #ours = 0;
  /** The number of their newest connection; 0 before the first. */
  #theirs = 0;
  /** Whether `#theirs` belongs to our present connection, not to an earlier one. */
  #paired = false;
  /** Whether they have named our connection. */
  #known = false;
  #taken = 0;
  #confirmed = 0;
  /** Items not yet confirmed, from number `#confirmed + 1` on. */
  #items: Item[] = [];
  /** How many of `#items` were posted; these never change. */
  #posted = 0;
  #owesConfirmation = false;
  #posting = false;
  #closed = false;
  #repeatAfter = REPEAT_FIRST;
  /** The earliest time of the next post, by a clock that never runs backwards. */
  #notBefore = 0;
  #timer: { readonly handle: ReturnType<typeof setTimeout>; readonly at: number } | null = null;

  constructor(ports: SignallingPorts) {
    this.#ports = ports;
  }

  /**
   * Our `connection` sends from now on; its number is above all earlier ones. Items of the former one are
   * dropped, because they mean nothing without it. `greet` asks the other end to begin at once.
   */
  begin(connection: number, greet: boolean): void {
    this.#ours = connection;
    this.#paired = false;
    this.#known = false;
    this.#taken = 0;
    this.#confirmed = 0;
    this.#items = [];
    this.#posted = 0;
    this.#owesConfirmation = false;
    this.#repeatAfter = REPEAT_FIRST;
    this.#unschedule();
    this.#schedule(greet ? GATHER_FIRST : REPEAT_FIRST);
  }

  say(item: Item): void {
    const last = this.#items.at(-1);
    if (item.candidates && last?.candidates && this.#items.length > this.#posted) {
      this.#items[this.#items.length - 1] = {
        candidates: [...last.candidates, ...item.candidates],
      };
    } else this.#items.push(item);
    this.#schedule(item.description ? GATHER_FIRST : GATHER_MORE);
  }

  /** Whether the other end has taken all items, and knows our connection. */
  get heard(): boolean {
    return this.#known && this.#items.length === 0;
  }

  receive(post: Post): void {
    if (this.#closed || post.connection < this.#theirs) return;
    const news = post.connection > this.#theirs;
    if (news) {
      if (this.#taken > 0 || this.#confirmed > 0) this.#ports.replace();
      this.#theirs = post.connection;
    }
    const named = post.pairedWith === this.#ours;
    if (news || named) this.#paired = true;
    if (news) {
      // They are there, and do not know our connection yet: post what we have.
      this.#repeatAfter = REPEAT_FIRST;
      this.#schedule(GATHER_FIRST);
    }
    // It is for a former connection of ours, or they sent it when they knew none.
    if (!this.#paired || (!named && post.pairedWith !== 0)) return;
    if (named) this.#hearConfirmation(post.taken);
    if (post.items.length === 0) return;
    post.items.forEach((item, index) => {
      if (post.first + index !== this.#taken + 1) return; // taken before
      this.#taken += 1;
      this.#ports.take(item);
    });
    this.#owesConfirmation = true;
    this.#schedule(CONFIRM_AFTER);
  }

  close(): void {
    this.#closed = true;
    this.#unschedule();
  }

  #hearConfirmation(taken: number): void {
    const confirmed = Math.min(taken - this.#confirmed, this.#posted);
    if (confirmed > 0) {
      this.#items.splice(0, confirmed);
      this.#posted -= confirmed;
      this.#confirmed += confirmed;
    }
    if (confirmed > 0 || !this.#known) {
      this.#known = true;
      this.#repeatAfter = REPEAT_FIRST;
    }
  }

  /** Posts after `delay` ms, or at the time that is already set, if that is sooner. */
  #schedule(delay: number): void {
    if (this.#closed || this.#posting) return;
    const now = performance.now();
    const at = Math.max(now + delay, this.#notBefore);
    if (this.#timer && this.#timer.at <= at) return;
    this.#unschedule();
    if (at - now <= GATHER_MORE && isHidden()) void this.#flush();
    else this.#timer = { handle: setTimeout(() => void this.#flush(), at - now), at };
  }

  #unschedule(): void {
    clearTimeout(this.#timer?.handle);
    this.#timer = null;
  }

  async #flush(): Promise<void> {
    this.#timer = null;
    if (this.#closed || this.#posting || (this.heard && !this.#owesConfirmation)) return;
    this.#posting = true;
    const connection = this.#ours;
    const items = this.#fitting();
    if (items.length > this.#posted) {
      this.#posted = items.length;
      this.#repeatAfter = REPEAT_FIRST;
    }
    this.#owesConfirmation = false;
    try {
      await this.#ports.post({
        connection,
        pairedWith: this.#paired ? this.#theirs : 0,
        taken: this.#taken,
        first: this.#confirmed + 1,
        items,
      });
    } catch (error) {
      this.#notBefore = performance.now() + pauseAfter(error, this.#repeatAfter);
    }
    this.#posting = false;
    if (this.#items.length > this.#posted || this.#owesConfirmation) this.#schedule(GATHER_MORE);
    else if (connection !== this.#ours)
      this.#schedule(GATHER_MORE); // a new connection began
    else if (!this.heard) this.#schedule(this.#nextRepeat());
  }

  /** The first items, as many as fit into one post. */
  #fitting(): readonly Item[] {
    let size = 0;
    const end = this.#items.findIndex((item, index) => {
      size += JSON.stringify(item).length;
      return index > 0 && size > POST_MAX;
    });
    return this.#items.slice(0, end === -1 ? this.#items.length : end);
  }

  /** Milliseconds until the next repetition; random, so that a room does not post all at once. */
  #nextRepeat(): number {
    const delay = this.#repeatAfter * (0.8 + 0.4 * Math.random());
    this.#repeatAfter = Math.min(this.#repeatAfter * 2, REPEAT_MAX);
    return delay;
  }
}

/** A hidden page's timers may fire once a minute only; so it gathers nothing. */
function isHidden(): boolean {
  return globalThis.document?.hidden ?? false;
}
