import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type OwnReader, ReadingWay, type WayPorts } from './way.ts';

const reader = { read: vi.fn(), slowness: 1, close: vi.fn() } as unknown as OwnReader;
const load = vi.fn<WayPorts<OwnReader, string>['load']>();

beforeEach(() => {
  load.mockReset();
  load.mockResolvedValue(reader);
});

function wayWith(ports: Partial<WayPorts<OwnReader, string>> = {}) {
  const remember = vi.fn();
  const usual = { offered: 'choice', lack: null, remembered: null, remember, load } as const;
  return new ReadingWay({ ...usual, ...ports });
}

describe('who reads', () => {
  it('is the service first, and nothing is fetched for it', () => {
    const way = wayWith();
    way.prepare();
    expect(way.chosen.value).toBe('service');
    expect(way.usable.value).toBe(true);
    expect(load).not.toHaveBeenCalled();
  });

  it('is nobody while the reader of a device loads, nor when it failed', async () => {
    const way = wayWith();
    load.mockRejectedValueOnce({ fault: 'start' });
    way.choose('device');
    expect(way.usable.value).toBe(false);
    await vi.waitFor(() => expect(way.state.value).toEqual({ at: 'failed', fault: 'start' }));
    expect(way.usable.value).toBe(false);
    expect(way.reader()).toBeNull();
    way.prepare();
    await vi.waitFor(() => expect(way.state.value.at).toBe('ready'));
    expect(way.usable.value).toBe(true);
    expect(way.reader()).toBe(reader);
  });

  it('lets go of the reader with the choice of the service, also of one on its way', async () => {
    const way = wayWith();
    let come: (reader: OwnReader) => void = () => undefined;
    load.mockReturnValueOnce(
      new Promise((resolve) => {
        come = resolve;
      }),
    );
    way.choose('device');
    way.choose('service');
    expect(load.mock.lastCall?.[1].aborted).toBe(true);
    come(reader);
    await vi.waitFor(() => expect(reader.close).toHaveBeenCalled());
    expect(way.reader()).toBeNull();
    expect(way.usable.value).toBe(true);
  });

  it('is remembered where a browser can and the deployment has both ways', () => {
    expect(wayWith({ remembered: 'device' }).chosen.value).toBe('device');
    expect(wayWith({ remembered: 'device', lack: 'canvas' }).chosen.value).toBe('service');
    expect(wayWith({ remembered: 'device', offered: 'service' }).chosen.value).toBe('service');
    expect(wayWith({ remembered: 'service', offered: 'device' }).chosen.value).toBe('device');
  });
});
