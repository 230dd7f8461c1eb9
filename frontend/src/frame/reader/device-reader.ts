/** The page's side of the reader worker: it loads, and it reads one picture after the other. */
import { CaptureError } from '../jpeg.ts';
import type { Result } from '../result.ts';
import type { ReadAnswer, ReadJob, WorkerNews } from './jobs.ts';
import { Strain } from './strain.ts';

const ANSWER_TIMEOUT = 20_000; // ms; a slow phone reads a frame in one or two seconds
/** About how many bytes come over the network, where the browser does not have them yet. */
const BYTES = 4_700_000;

/** Why the reader could not be loaded. */
export type LoadFault = 'fetch' | 'start';

/** A reader that could not be loaded. */
export class LoadError extends Error {
  readonly fault: LoadFault;

  constructor(fault: LoadFault) {
    super(`The reader could not be loaded: ${fault}.`);
    this.name = 'LoadError';
    this.fault = fault;
  }
}

/** Reads pictures in a worker. */
export class DeviceReader {
  readonly #worker: Worker;
  readonly #strain = new Strain();
  /** Aborts when it is closed: several may read at a time, our own stay and a demonstration. */
  readonly #closing = new AbortController();

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /**
   * Fetches and starts the reader; `onProgress` hears the share that has come, 0 to 1.
   *
   * Rejects with `LoadError`, also when `signal` aborts.
   */
  static load(onProgress: (share: number) => void, signal: AbortSignal): Promise<DeviceReader> {
    if (signal.aborted) return Promise.reject(new LoadError('fetch')); // while this code came
    const worker = new Worker(new URL('./reader.worker.ts', import.meta.url), { type: 'module' });
    return new Promise((resolve, reject) => {
      const fail = (fault: LoadFault) => {
        worker.terminate();
        reject(new LoadError(fault));
      };
      worker.onerror = () => fail('start');
      worker.onmessage = ({ data }: MessageEvent<WorkerNews>) => {
        if ('bytes' in data) onProgress(Math.min(data.bytes / BYTES, 1));
        else if ('failed' in data) fail(data.failed);
        else resolve(new DeviceReader(worker));
      };
      signal.addEventListener('abort', () => fail('fetch'), { once: true });
    });
  }

  /**
   * What a picture shows at this size, and how long that took, in ms; the picture is gone from the page
   * when this returns. Rejects with `CaptureError`.
   */
  async read(
    picture: VideoFrame | ImageBitmap,
    width: number,
    height: number,
  ): Promise<{ readonly result: Result; readonly took: number }> {
    const closing = this.#closing.signal;
    if (closing.aborted) picture.close(); // no worker would
    closing.throwIfAborted();
    const { port1, port2 } = new MessageChannel();
    const job: ReadJob = { picture, width, height, answer: port2 };
    let fail = () => {};
    const answered = new Promise<ReadAnswer>((resolve, reject) => {
      fail = () => reject(new CaptureError('unsupported'));
      port1.onmessage = ({ data }: MessageEvent<ReadAnswer>) => resolve(data);
    });
    const timer = setTimeout(fail, ANSWER_TIMEOUT);
    closing.addEventListener('abort', fail);
    this.#worker.postMessage(job, [picture, port2]);
    const answer = await answered.finally(() => {
      clearTimeout(timer);
      closing.removeEventListener('abort', fail);
      port1.close();
    });
    if ('fault' in answer)
      throw new CaptureError(answer.fault === 'noise' ? 'noise' : 'unsupported');
    return answer;
  }

  /** How many times slower than usual to read. */
  get slowness(): number {
    return this.#strain.factor;
  }

  /** A picture took so long to read, in ms. */
  took(ms: number): void {
    this.#strain.took(ms);
  }

  /** Ends it; what is in work rejects. */
  close(): void {
    this.#strain.close();
    this.#worker.terminate();
    this.#closing.abort(new CaptureError('unsupported'));
  }
}
