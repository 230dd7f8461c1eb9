import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const WEIGHT_LIMIT = 60_000; // bytes of gzipped JavaScript and CSS: a page for slow phones

/** Prints the page's gzipped weight and fails the build when it passes the limit. */
function weight(): Plugin {
  return {
    name: 'weight',
    apply: 'build',
    generateBundle(_options, bundle) {
      const sizes = Object.values(bundle)
        .filter((file) => /\.(js|css)$/.test(file.fileName))
        .map((file) => gzipSync(file.type === 'chunk' ? file.code : file.source).length);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (total > WEIGHT_LIMIT) {
        this.error(`The page weighs ${total} bytes gzipped; the limit is ${WEIGHT_LIMIT}.`);
      }
      this.info(`page weight: ${(total / 1000).toFixed(1)} kB gzipped JavaScript and CSS`);
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
