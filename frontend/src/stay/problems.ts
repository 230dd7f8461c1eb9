/** The present problems, under the page's own names. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { CallProblem } from '../call/call.ts';
import { CaptureError } from '../frame/jpeg.ts';
import { UploadError } from '../frame/upload.ts';
import { ApiError } from '../wire/api.ts';
import { isAway } from './retry.ts';

const CAPTURE_PROBLEMS = ['camera-black', 'capture-unsupported', 'capture-noise'] as const;

/** Something that is wrong now. `strings.problem` explains each in words. */
export type Problem =
  | 'hub-lost'
  | 'hub-blocked'
  | 'api-away'
  | 'rejoining'
  | `video-${CallProblem}`
  | 'upload-refused'
  | 'storage-away'
  | 'consent-unsaved'
  | (typeof CAPTURE_PROBLEMS)[number]
  | 'offline';

/** The problems that a lost network causes; the page shows them as one. */
const OF_THE_NETWORK: ReadonlySet<Problem> = new Set([
  'hub-lost',
  'hub-blocked',
  'api-away',
  'storage-away',
  'rejoining',
  'consent-unsaved',
  'video-away',
  'video-unreachable',
]);
/** While one of these problems lasts, we are not read. */
const OF_READING: ReadonlySet<Problem> = new Set([
  'hub-lost',
  'hub-blocked',
  'api-away',
  'storage-away',
  'upload-refused',
  'rejoining',
  'camera-black',
  'capture-unsupported',
  'capture-noise',
  'offline',
]);

/** Collects the problems of one stay. */
export class Problems {
  readonly #found = signal<ReadonlySet<Problem>>(new Set());
  /** Whether there is no network: one problem in place of all that it causes. */
  readonly offline = signal(false);
  /** The problems to show. */
  readonly shown: ReadonlySignal<ReadonlySet<Problem>> = computed(() => {
    const found = this.#found.value;
    if (!this.offline.value) return found;
    return new Set<Problem>(['offline', ...[...found].filter((it) => !OF_THE_NETWORK.has(it))]);
  });
  /** Whether a problem prevents our readings. */
  readonly interrupted = computed(() => [...this.shown.value].some((it) => OF_READING.has(it)));

  /** Whether there is a problem that a lost network would explain. */
  looksOffline(): boolean {
    return [...this.#found.value].some((it) => OF_THE_NETWORK.has(it));
  }

  set(problem: Problem, present: boolean): void {
    const found = new Set(this.#found.peek());
    if (found.has(problem) === present) return;
    if (present) found.add(problem);
    else found.delete(problem);
    this.#found.value = found;
  }

  /** Sets the problem of the video; null for none. */
  setVideo(problem: CallProblem | null): void {
    for (const former of this.#found.peek()) {
      if (former.startsWith('video-') && former !== `video-${problem}`) this.set(former, false);
    }
    if (problem) this.set(`video-${problem}`, true);
  }

  /** How our last frame went: null, or what it failed with. */
  reportFrame(failure: unknown): void {
    const ofUpload = failure instanceof UploadError;
    const limited = failure instanceof ApiError && failure.status === 429;
    this.set('upload-refused', limited || (ofUpload && failure.status > 0));
    this.set('storage-away', ofUpload && failure.status === 0);
    if (failure === null) {
      for (const problem of CAPTURE_PROBLEMS) this.set(problem, false);
    } else if (failure instanceof ApiError) {
      if (!isAway(failure)) return;
      this.set(failure.code === 'storage-unavailable' ? 'storage-away' : 'api-away', true);
    } else if (!ofUpload) {
      this.set(captureProblem(failure), true);
    }
  }
}

/** The problem of a failed capture. */
function captureProblem(failure: unknown): Problem {
  if (failure instanceof CaptureError && failure.fault !== 'black')
    return `capture-${failure.fault}`;
  const lacking = failure instanceof TypeError || failure instanceof ReferenceError;
  return lacking ? 'capture-unsupported' : 'camera-black';
}
