import { HttpError } from '@microsoft/signalr';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HubHttp } from './hub-http.ts';

afterEach(() => vi.unstubAllGlobals());

/** What `fetch` was called with, as it answers. */
function answering(response: Response) {
  const fetched = vi.fn<typeof fetch>(async () => response);
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

describe('HubHttp', () => {
  it("posts with the client's headers and hands the answer on as text", async () => {
    const fetched = answering(new Response('{"connectionToken":"t"}'));
    const answer = await new HubHttp().post('https://hub.example/client/negotiate?hub=calls', {
      headers: { Authorization: 'Bearer key' },
      withCredentials: true,
    });
    expect(answer).toMatchObject({ statusCode: 200, content: '{"connectionToken":"t"}' });
    const [url, request] = fetched.mock.calls[0] ?? [];
    expect(url).toBe('https://hub.example/client/negotiate?hub=calls');
    expect(request).toMatchObject({ method: 'POST', credentials: 'include' });
    expect(request?.headers).toMatchObject({ Authorization: 'Bearer key' });
  });

  it('rejects with the status of a refusal', async () => {
    answering(new Response('no', { status: 401 }));
    const asked = new HubHttp().post('https://hub.example/negotiate');
    await expect(asked).rejects.toBeInstanceOf(HttpError);
    await expect(asked).rejects.toMatchObject({ statusCode: 401 });
  });
});
