/** How the hub's client asks where to connect: its own way also serves Node and old browsers. */
import { HttpClient, HttpError, type HttpRequest, HttpResponse } from '@microsoft/signalr';

const TIMEOUT = 10_000; // ms

/** Sends over `fetch`. */
export class HubHttp extends HttpClient {
  async send(request: HttpRequest): Promise<HttpResponse> {
    const response = await fetch(request.url ?? '', {
      method: request.method ?? 'POST',
      headers: { 'X-Requested-With': 'XMLHttpRequest', ...request.headers },
      credentials: request.withCredentials ? 'include' : 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const content = await response.text();
    if (!response.ok) throw new HttpError(content, response.status);
    return new HttpResponse(response.status, response.statusText, content);
  }
}
