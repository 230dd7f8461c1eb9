/** Composes the choice of who reads; loaded after the page, if the site offers the choice. */
import { rememberedWay, rememberWay } from './browser/remembered.ts';
import { lackOf } from './frame/reader/able.ts';
import { ReadingWay } from './frame/way.ts';
import type { OwnReadingsPorts } from './stay/own-readings.ts';
import type { StayReader } from './stay/ports.ts';
import type { Ways } from './wire/contract.ts';

/** The choice in a deployment that has these ways. */
export function openWay(offered: Ways): ReadingWay<StayReader> {
  return new ReadingWay<StayReader>({
    offered,
    lack: lackOf(globalThis),
    remembered: rememberedWay(),
    remember: rememberWay,
    load: async (onProgress, abort) => {
      const [{ DeviceReader }, { OwnReadings }] = await Promise.all([
        import('./frame/reader/device-reader.ts'),
        import('./stay/own-readings.ts'),
      ]);
      const reader = await DeviceReader.load(onProgress, abort);
      return Object.assign(reader, {
        line: (own: Omit<OwnReadingsPorts, 'reader'>) => new OwnReadings({ ...own, reader }),
      });
    },
  });
}
