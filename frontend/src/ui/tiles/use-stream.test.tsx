// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useStream } from './use-stream.ts';

function Picture({ stream }: { stream: MediaStream | null }) {
  // biome-ignore lint/a11y/useMediaCaption: it is a call
  return <video ref={useStream(stream)} />;
}

const play = vi.fn(async () => undefined);
beforeEach(() => {
  play.mockClear();
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(play);
  vi.spyOn(HTMLMediaElement.prototype, 'paused', 'get').mockReturnValue(true);
});
afterEach(() => {
  render(null, document.body);
  vi.restoreAllMocks();
});

const show = (stream: MediaStream | null) =>
  act(() => render(<Picture stream={stream} />, document.body));

it('goes on when the system paused it, and again when the page is back in view', async () => {
  await show(new MediaStream());
  expect(play).toHaveBeenCalledTimes(1);
  document.querySelector('video')?.dispatchEvent(new Event('pause'));
  expect(play).toHaveBeenCalledTimes(2);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(play).toHaveBeenCalledTimes(3);
});

it('stays paused without a stream, and when it is gone', async () => {
  await show(null);
  const video = document.querySelector('video');
  video?.dispatchEvent(new Event('pause'));
  await show(new MediaStream());
  await act(() => render(null, document.body));
  play.mockClear();
  document.dispatchEvent(new Event('visibilitychange'));
  expect(play).not.toHaveBeenCalled();
});
