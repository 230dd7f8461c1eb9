import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchFiles } from './files.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const never = () => new Promise<never>(() => undefined);
const bytes = (type: string, ends = true) =>
  new Response(
    new ReadableStream({
      start(stream) {
        stream.enqueue(new Uint8Array([1, 2, 3]));
        if (ends) stream.close();
      },
    }),
    { headers: { 'Content-Type': type } },
  );

describe("the reader's files", () => {
  it('come one after the other, and are counted', async () => {
    vi.stubGlobal('fetch', async () => bytes('application/wasm'));
    const onBytes = vi.fn();
    const { classifier } = await fetchFiles(onBytes);
    expect([...classifier]).toEqual([1, 2, 3]);
    expect(onBytes.mock.calls.flat()).toEqual([3, 6, 9]);
  });

  it.each<[string, () => Promise<Response>]>([
    ['no answer comes', never],
    ['it stops on its way', async () => bytes('application/wasm', false)],
    ["a portal's page comes in its place", async () => bytes('text/html; charset=utf-8')],
    ['it is gone', async () => new Response('', { status: 404 })],
  ])('are given up where %s', async (_, answer) => {
    vi.stubGlobal('fetch', answer);
    const outcome = fetchFiles(() => undefined).catch(() => 'given up');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await Promise.race([outcome, 'still waiting'])).toBe('given up');
  });
});
