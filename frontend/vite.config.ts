import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';
import { defineConfig } from 'vitest/config';

const WEIGHT_LIMIT = 60_000; // bytes of gzipped JavaScript and CSS: a page for slow phones

type Output = Rolldown.OutputBundle[string];

/** Only the file as it comes from npm: nothing of ours, and nothing bundled into ours. */
function isOpenToksOwn(file: Output): boolean {
  return (
    file.type === 'asset' &&
    file.originalFileNames.some((name) => name.includes('node_modules/@opentok/client/'))
  );
}

/**
 * Prints the page's gzipped weight and fails the build when it passes the limit. OpenTok's own file,
 * which only calls over OpenTok load, is weighed apart.
 */
function weight(): Plugin {
  return {
    name: 'weight',
    apply: 'build',
    generateBundle(_options, bundle) {
      const weigh = (files: Output[]) =>
        files
          .map((file) => gzipSync(file.type === 'chunk' ? file.code : file.source).length)
          .reduce((sum, size) => sum + size, 0);
      const files = Object.values(bundle).filter((file) => /\.(js|css)$/.test(file.fileName));
      const total = weigh(files.filter((file) => !isOpenToksOwn(file)));
      const openTok = weigh(files.filter(isOpenToksOwn));
      if (total > WEIGHT_LIMIT) {
        this.error(`The page weighs ${total} bytes gzipped; the limit is ${WEIGHT_LIMIT}.`);
      }
      this.info(`page weight: ${(total / 1000).toFixed(1)} kB gzipped JavaScript and CSS`);
      this.info(`OpenTok's own file: ${(openTok / 1000).toFixed(1)} kB gzipped, loaded on demand`);
    },
  };
}

export default defineConfig({
  plugins: [weight()],
  // The storage and the hub may live on other origins: nothing of the page does.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': 'http://127.0.0.1:7071' } },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'] },
});
