/** OpenTok's own library: its parts that we use, and its loading. */
import type OT from '@opentok/client';
import libraryUrl from '@opentok/client/dist/js/opentok.min.js?url';

/** The parts of OpenTok's library that we use. */
export type OpenTokLibrary = Pick<
  typeof OT,
  'checkSystemRequirements' | 'initPublisher' | 'initSession'
>;

/** Loads OpenTok's library: the npm package is a script that defines one global. */
export async function loadOpenTok(): Promise<OpenTokLibrary> {
  const loaded = globalThis as { OT?: OpenTokLibrary };
  if (!loaded.OT) {
    // A script can be loaded again after a failure; in some browsers a module cannot.
    const script = document.createElement('script');
    script.src = libraryUrl;
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    }).finally(() => script.remove());
  }
  if (!loaded.OT) throw new Error('the OpenTok library did not start');
  return loaded.OT;
}
