/** The page's side of the capture worker. */

const ANSWER_TIMEOUT = 3_000; // ms; a worker that is silent for longer does not run

/** One picture to encode; the JPEG comes back over `answer`, or null when it could not be made. */
export interface EncodeJob {
  readonly picture: VideoFrame | ImageBitmap;
  readonly width: number;
  readonly height: number;
  readonly answer: MessagePort;
}

/** Passes pictures to the capture worker; every method rejects or throws if there is no worker. */
export class JpegWorker {
  readonly #worker = new Worker(new URL('./capture.worker.ts', import.meta.url), {
    type: 'module',
  });
  #closed = false;
  /** Cancels the present picture. */
  #giveUp: () => void = () => undefined;

  /** The picture is gone from the page when this returns. */
  encode(picture: VideoFrame | ImageBitmap, width: number, height: number): Promise<Blob> {
    const { port1, port2 } = new MessageChannel();
    const job: EncodeJob = { picture, width, height, answer: port2 };
    const answered = new Promise<Blob>((resolve, reject) => {
      const fail = () => reject(new Error('The capture worker does not work.'));
      const timer = setTimeout(fail, ANSWER_TIMEOUT);
      this.#worker.onerror = fail;
      this.#giveUp = fail;
      if (this.#closed) fail();
      port1.onmessage = ({ data }: MessageEvent<Blob | null>) => {
        clearTimeout(timer);
        if (data) resolve(data);
        else fail();
      };
    });
    this.#worker.postMessage(job, [picture, port2]);
    return answered.finally(() => port1.close());
  }

  /** The present picture rejects at once: no answer will come. */
  close(): void {
    this.#closed = true;
    this.#worker.terminate();
    this.#giveUp();
  }
}
