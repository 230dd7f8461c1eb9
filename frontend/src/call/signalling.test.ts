import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../wire/api.ts';
import type { Item, Post } from './mesh-signal.ts';
import { Signalling } from './signalling.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const offer: Item = { description: { type: 'offer', sdp: 'offer' } };
const candidate = (name: string): Item => ({ candidates: [{ candidate: name }] });

/** One end, with what it posted and took. */
function end() {
  const posts: Post[] = [];
  const taken: Item[] = [];
  let connection = 1;
  let fate: () => Promise<void> = async () => undefined;
  const signalling: Signalling = new Signalling({
    post: (post) => {
      posts.push(post);
      return fate();
    },
    take: (item) => taken.push(item),
    replace: () => {
      connection += 1;
      signalling.begin(connection, false);
    },
  });
  signalling.begin(connection, false);
  return {
    signalling,
    posts,
    taken,
    connection: () => connection,
    fail: (with_: () => Promise<void>) => {
      fate = with_;
    },
  };
}

const heard = { connection: 1, pairedWith: 1, taken: 0, first: 1, items: [] };

describe('what is said', () => {
  it('goes in one post with what follows at once, and is repeated whole until it is confirmed', async () => {
    const { signalling, posts } = end();
    signalling.say(offer);
    signalling.say(candidate('a'));
    signalling.say(candidate('b'));
    await vi.advanceTimersByTimeAsync(100);
    const items = [offer, { candidates: [{ candidate: 'a' }, { candidate: 'b' }] }];
    expect(posts).toEqual([{ connection: 1, pairedWith: 0, taken: 0, first: 1, items }]);
    signalling.say(candidate('c'));
    await vi.advanceTimersByTimeAsync(200);
    expect(posts[1]?.items).toEqual([...items, candidate('c')]); // what was posted is not changed
    await vi.advanceTimersByTimeAsync(3_000);
    expect(posts[2]?.items).toEqual([...items, candidate('c')]);
    signalling.receive({ ...heard, taken: 2 });
    expect(signalling.heard).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(posts.at(-1)).toMatchObject({ pairedWith: 1, first: 3, items: [candidate('c')] });
    signalling.receive({ ...heard, taken: 3 });
    expect(signalling.heard).toBe(true);
    const { length } = posts;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(posts).toHaveLength(length);
  });

  it('is taken in order, each item once, whatever arrives again or late', async () => {
    const { signalling, taken, posts } = end();
    const say = (first: number, ...items: Item[]) =>
      signalling.receive({ ...heard, pairedWith: 0, first, items });
    say(1, offer, candidate('a'), candidate('b')); // overtook what it repeats
    say(1, offer);
    say(1, offer, candidate('a'));
    say(3, candidate('b'), candidate('c'));
    say(9, candidate('z')); // cannot be: what it follows was never confirmed
    expect(taken).toEqual([offer, candidate('a'), candidate('b'), candidate('c')]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(posts).toEqual([{ connection: 1, pairedWith: 1, taken: 4, first: 1, items: [] }]);
  });

  it('fits into a post, the rest following when that is confirmed', async () => {
    const { signalling, posts } = end();
    const large = (name: string): Item => ({
      description: { type: 'offer', sdp: name.repeat(30_000) },
    });
    for (const name of ['x', 'y', 'z']) signalling.say(large(name));
    await vi.advanceTimersByTimeAsync(100);
    expect(posts.at(-1)?.items).toEqual([large('x')]);
    signalling.receive({ ...heard, taken: 1 });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(posts.at(-1)).toMatchObject({ first: 2, items: [large('y')] });
  });
});

describe('connections', () => {
  it('a later one of theirs replaces ours, unless ours is still unused', () => {
    const { signalling, taken, connection } = end();
    const say = (of: number, pairedWith: number) =>
      signalling.receive({ connection: of, pairedWith, taken: 0, first: 1, items: [offer] });
    say(4, 0);
    expect([connection(), taken.length]).toEqual([1, 1]);
    say(5, 0);
    expect([connection(), taken.length]).toEqual([2, 2]);
    say(4, 0); // late
    say(4, 1);
    say(5, 1); // meant for our former one
    expect([connection(), taken.length]).toEqual([2, 2]);
  });

  it('a new one of ours takes nothing of theirs that knew the former, until they name it', () => {
    const { signalling, taken } = end();
    signalling.receive({ ...heard, connection: 4, items: [offer] });
    signalling.begin(2, true);
    signalling.receive({ ...heard, connection: 4, pairedWith: 0, items: [offer] });
    signalling.receive({ ...heard, connection: 4, pairedWith: 1, items: [offer] });
    expect(taken).toHaveLength(1);
    signalling.receive({ ...heard, connection: 4, pairedWith: 2, items: [offer] });
    expect(taken).toHaveLength(2);
  });
});

describe('posting', () => {
  it('keeps to what the functions ask for, also for a new connection', async () => {
    const { signalling, posts, fail } = end();
    fail(() => Promise.reject(new ApiError(429, 'too-many-messages', 'Too often.', 40_000)));
    signalling.say(offer);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(posts).toHaveLength(1);
    signalling.begin(2, true);
    signalling.say(offer);
    await vi.advanceTimersByTimeAsync(38_000);
    expect(posts).toHaveLength(1);
    fail(async () => undefined);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(posts).toHaveLength(2);
    expect(posts[1]).toMatchObject({ connection: 2, items: [offer] });
  });

  it('goes on after a refusal that does not say for how long', async () => {
    const { signalling, posts, fail } = end();
    fail(() => Promise.reject(new ApiError(503, 'storage-unavailable', 'Away.')));
    signalling.say(offer);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(posts.length).toBeGreaterThan(5);
    expect(posts.length).toBeLessThan(15);
  });

  it('waits for no timer in a hidden page, whose timers may fire once a minute', async () => {
    vi.stubGlobal('document', { hidden: true });
    const { signalling, posts } = end();
    signalling.receive({ ...heard, pairedWith: 0, items: [offer] });
    signalling.say({ description: { type: 'answer', sdp: 'answer' } });
    expect(posts.flatMap(({ items }) => items)).toHaveLength(0); // the post that says we are here
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(posts.at(-1)?.items).toHaveLength(1);
  });

  it('ends with the peer', async () => {
    const { signalling, posts } = end();
    signalling.say(offer);
    signalling.close();
    signalling.receive({ ...heard, items: [offer] });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(posts).toEqual([]);
  });
});
