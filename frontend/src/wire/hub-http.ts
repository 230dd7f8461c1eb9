/** HTTP for the hub's client; its own HTTP code is larger, because it also serves Node and old browsers. */
import { HttpClient, HttpError, type HttpRequest, HttpResponse } from '@microsoft/signalr';
import { abortAfter } from './abort.ts';

const TIMEOUT = 10_000; // ms

/** Sends over `fetch`. */
export class HubHttp extends HttpClient {
  /** Whether the hub answered the last request. */
  answered = false;

  async send(request: HttpRequest): Promise<HttpResponse> {
    this.answered = false;
    const response = await fetch(request.url ?? '', {
      method: request.method ?? 'POST',
      headers: { 'X-Requested-With': 'XMLHttpRequest', ...request.headers },
      credentials: request.withCredentials ? 'include' : 'same-origin',
      cache: 'no-store',
      signal: abortAfter(TIMEOUT),
    });
    const content = await response.text();
    if (!response.ok) throw new HttpError(content, response.status);
    this.answered = true;
    return new HttpResponse(response.status, response.statusText, content);
  }
}
