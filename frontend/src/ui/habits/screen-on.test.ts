// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepScreenOn } from './screen-on.ts';

const release = vi.fn(async () => undefined);
const request = vi.fn(async (_: string) => ({ release }));
let hidden = false;
let stop = () => {};

beforeEach(() => {
  hidden = false;
  release.mockClear();
  request.mockReset();
  request.mockImplementation(async () => ({ release }));
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
  Object.defineProperty(navigator, 'wakeLock', { configurable: true, value: { request } });
});
afterEach(() => {
  stop();
  vi.restoreAllMocks();
  Reflect.deleteProperty(navigator, 'wakeLock');
});

/** The page goes out of view, or comes back. */
function turn(away: boolean) {
  hidden = away;
  document.dispatchEvent(new Event('visibilitychange'));
}

it('is asked for at once, and again when the page is back in view', async () => {
  stop = keepScreenOn();
  expect(request).toHaveBeenCalledExactlyOnceWith('screen');
  turn(true);
  expect(request).toHaveBeenCalledTimes(1);
  turn(false);
  expect(request).toHaveBeenCalledTimes(2);
});

it('is let go of at the end, and asked for no more', async () => {
  stop = keepScreenOn();
  await vi.waitFor(() => expect(request.mock.settledResults[0]?.type).toBe('fulfilled'));
  stop();
  expect(release).toHaveBeenCalledOnce();
  turn(false);
  expect(request).toHaveBeenCalledTimes(1);
});

it('is let go of when it is granted after the end', async () => {
  let grant = (_: { release: typeof release }) => {};
  request.mockReturnValueOnce(
    new Promise((resolve) => {
      grant = resolve;
    }),
  );
  stop = keepScreenOn();
  stop();
  expect(release).not.toHaveBeenCalled();
  grant({ release });
  await vi.waitFor(() => expect(release).toHaveBeenCalledOnce());
});

it('may be refused, or missing, and nothing is said', async () => {
  request.mockRejectedValue(new DOMException('saving power', 'NotAllowedError'));
  stop = keepScreenOn();
  await vi.waitFor(() => expect(request.mock.settledResults[0]?.type).toBe('rejected'));
  stop();
  Reflect.deleteProperty(navigator, 'wakeLock');
  stop = keepScreenOn();
  turn(false);
});
