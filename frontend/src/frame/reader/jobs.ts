/** The messages between page and reader worker. */
import type { Result } from '../result.ts';

/** One picture to read, at this size; the answer comes over `answer`. */
export interface ReadJob {
  readonly picture: VideoFrame | ImageBitmap;
  readonly width: number;
  readonly height: number;
  readonly answer: MessagePort;
}

/** The worker's messages about itself. */
export type WorkerNews =
  | { readonly bytes: number }
  | { readonly ready: true }
  | { readonly failed: 'fetch' | 'start' };

/** What a picture shows, and how long the worker took over it, in ms; null where it failed. */
export type ReadAnswer =
  | { readonly result: Result; readonly took: number }
  | { readonly fault: 'noise' | 'failed' };
