import { describe, expect, it, vi } from 'vitest';
import type { UploadTicket } from '../wire/contract.ts';
import { UploadError, Uploader } from './upload.ts';

const NOW = 1_763_834_400_000;
const frame = { mode: 'open' as const, jpeg: new Blob(['jpeg']), capturedAt: NOW + 120 };
const never = new AbortController().signal;

function ticket(second: number, lifetime = 120_000): UploadTicket {
  const name = String(NOW + second * 1000);
  return { frame: name, url: `https://storage.example.org/${name}`, expiresAt: NOW + lifetime };
}

/** An uploader whose ticket answers and PUT statuses are given in order; the last one repeats. */
function uploaderWith(
  answers: UploadTicket[][],
  statuses: (number | 'silence')[] = [201],
  now = NOW,
) {
  const uploadTickets = vi.fn(
    async () => (answers.length > 1 ? answers.shift() : answers[0]) ?? [],
  );
  const put = vi.fn(async (_url: unknown, _init?: RequestInit) => {
    const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 201;
    if (status === 'silence') throw new TypeError('Failed to fetch');
    return new Response(null, { status });
  });
  const uploader = new Uploader({ uploadTickets, fetch: put as typeof fetch, now: () => now });
  return { uploader, uploadTickets, put };
}

describe('uploading', () => {
  it('puts the JPEG with the headers the storage and the functions want', async () => {
    const { uploader, put } = uploaderWith([[ticket(0)]]);
    expect(await uploader.upload(frame, never)).toBe(ticket(0).frame);
    const [url, init] = put.mock.calls[0] ?? [];
    expect(url).toBe(ticket(0).url);
    expect(init).toMatchObject({
      method: 'PUT',
      body: frame.jpeg,
      headers: {
        'x-ms-blob-type': 'BlockBlob',
        'Content-Type': 'image/jpeg',
        'x-ms-meta-capturedat': String(frame.capturedAt),
        'x-ms-meta-mode': 'open',
      },
    });
  });

  it('sends along what the person says of themselves', async () => {
    const { uploader, put } = uploaderWith([[ticket(0)]]);
    await uploader.upload({ ...frame, correction: 'neutral:sadness' }, never);
    expect(put.mock.calls[0]?.[1]?.headers).toMatchObject({
      'x-ms-meta-correction': 'neutral:sadness',
    });
  });

  it('uses each frame name once, oldest first, and none that sorts before one used', async () => {
    const { uploader } = uploaderWith([
      [ticket(2), ticket(1)],
      [ticket(0), ticket(1), ticket(2), ticket(3)],
    ]);
    const names = [];
    for (let n = 0; n < 4; n++) names.push(await uploader.upload(frame, never));
    expect(names).toEqual([ticket(1).frame, ticket(2).frame, ticket(3).frame, null]);
  });

  it('answers null while the time slot of the last ticket lasts', async () => {
    const { uploader, put } = uploaderWith([[ticket(0)]]);
    await uploader.upload(frame, never);
    expect(await uploader.upload(frame, never)).toBeNull();
    expect(put).toHaveBeenCalledTimes(1);
  });

  it('fetches the next tickets before the last one is used', async () => {
    const { uploader, uploadTickets } = uploaderWith([[0, 1, 2].map((n) => ticket(n))]);
    await uploader.prepare();
    await uploader.upload(frame, never);
    expect(uploadTickets).toHaveBeenCalledTimes(1);
    await uploader.upload(frame, never);
    expect(uploadTickets).toHaveBeenCalledTimes(2);
  });

  it('asks for tickets once, however many frames wait for them', async () => {
    const { uploader, uploadTickets } = uploaderWith([[0, 1, 2, 3, 4].map((n) => ticket(n))]);
    await Promise.all([uploader.prepare(), uploader.upload(frame, never)]);
    expect(uploadTickets).toHaveBeenCalledTimes(1);
  });

  it('leaves tickets alone that are about to expire', async () => {
    const { uploader } = uploaderWith([[ticket(0, 5_000)], [ticket(1)]]);
    await uploader.prepare();
    expect(await uploader.upload(frame, never)).toBe(ticket(1).frame);
  });

  it.each([3_600_000, -3_600_000])(
    'does not care that its clock is wrong by %i ms',
    async (wrong) => {
      const { uploader } = uploaderWith([[ticket(0), ticket(1)]], [201], NOW + wrong);
      expect(await uploader.upload(frame, never)).toBe(ticket(0).frame);
      expect(await uploader.upload(frame, never)).toBe(ticket(1).frame);
    },
  );

  it('tries one fresh ticket when the storage refuses one, and forgets its companions', async () => {
    const { uploader, put } = uploaderWith(
      [
        [ticket(0), ticket(1), ticket(2)],
        [ticket(3), ticket(4)],
      ],
      [403, 201],
    );
    expect(await uploader.upload(frame, never)).toBe(ticket(3).frame);
    expect(put).toHaveBeenCalledTimes(2);
  });

  it('gives up with the status when the fresh ticket is refused as well', async () => {
    const { uploader, put } = uploaderWith([[0, 1, 2, 3].map((n) => ticket(n))], [403]);
    await expect(uploader.upload(frame, never)).rejects.toEqual(new UploadError(403));
    expect(put).toHaveBeenCalledTimes(2);
  });

  it('does not repeat a frame when the storage is silent: the next one comes soon', async () => {
    const { uploader, put } = uploaderWith([[0, 1, 2].map((n) => ticket(n))], ['silence']);
    await expect(uploader.upload(frame, never)).rejects.toMatchObject({ status: 0 });
    expect(put).toHaveBeenCalledTimes(1);
  });

  it('uploads nothing once it was aborted', async () => {
    const { uploader, put } = uploaderWith([[ticket(0)]]);
    await expect(uploader.upload(frame, AbortSignal.abort())).rejects.toThrow();
    expect(put).not.toHaveBeenCalled();
  });
});

describe('clocks', () => {
  it('says in the functions’ time when a picture was taken', async () => {
    const HOUR = 3_600_000;
    for (const off of [-HOUR, -3_000, 3_000, HOUR]) {
      const { uploader, put } = uploaderWith([[ticket(0), ticket(1)]], [201], NOW + off);
      await uploader.upload({ ...frame, capturedAt: NOW + off }, never);
      const headers = put.mock.calls[0]?.[1]?.headers as Record<string, string>;
      expect(Math.abs(Number(headers['x-ms-meta-capturedat']) - NOW)).toBeLessThanOrEqual(500);
    }
  });

  it('goes on when the functions’ clock was set back, under names never used', async () => {
    const before = [ticket(0), ticket(1)];
    const after = [ticket(-600), ticket(-599)];
    const { uploader } = uploaderWith([before, before, after]);
    expect(await uploader.upload(frame, never)).toBe(before[0]?.frame);
    expect(await uploader.upload(frame, never)).toBe(before[1]?.frame);
    expect(await uploader.upload(frame, never)).toBe(after[0]?.frame);
    expect(await uploader.upload(frame, never)).toBe(after[1]?.frame);
    expect(await uploader.upload(frame, never)).toBeNull();
  });
});
