import { expect, it, vi } from 'vitest';
import { CaptureError } from './jpeg.ts';
import { FrameLine, type OwnLine } from './line.ts';

it('does not call a picture failed whose reader the person let go of', async () => {
  const report = vi.fn();
  let fail = (_: Error) => {};
  const send = () =>
    new Promise<string | null>((_, reject) => {
      fail = reject;
    });
  let own: OwnLine | null = { send };
  const line = new FrameLine({
    source: { setTrack: () => undefined, capture: async () => null, take: async () => null },
    allowed: () => true,
    random: () => false,
    mode: () => 'open',
    report,
    own: () => own,
    slowness: () => 1,
    fetch,
    now: () => performance.now(),
  });
  line.pace.captureNow();
  own = null; // the service was chosen, which ends this device's reader
  fail(new CaptureError('unsupported'));
  await new Promise((resolve) => setTimeout(resolve));
  expect(report).not.toHaveBeenCalled();
  line.stop();
});
