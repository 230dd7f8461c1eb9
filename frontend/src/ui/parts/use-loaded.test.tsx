// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useLoaded } from './use-loaded.ts';

const load = vi.fn<() => Promise<string>>();
function Page() {
  return <p>{useLoaded(load) ?? 'not yet'}</p>;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  render(null, document.body);
  load.mockReset();
  vi.useRealTimers();
});
const wait = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });

describe('what is loaded later', () => {
  it('is asked for again until it comes', async () => {
    load.mockRejectedValueOnce(new Error('offline')).mockResolvedValue('here');
    await act(() => render(<Page />, document.body));
    expect(document.body.textContent).toBe('not yet');
    await wait(5_000);
    expect(document.body.textContent).toBe('here');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('is asked for no more when nobody waits for it', async () => {
    load.mockRejectedValue(new Error('offline'));
    await act(() => render(<Page />, document.body));
    await act(() => render(null, document.body));
    await wait(20_000);
    expect(load).toHaveBeenCalledOnce();
  });
});
