import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';
import { defineConfig } from 'vitest/config';

const WEIGHT_LIMIT = 60_000; // bytes of gzipped JavaScript and CSS: a page for slow phones

type Output = Rolldown.OutputBundle[string];

/** What a mesh call loads: the entry, what it imports, their styles, and the capture worker. */
function loadedByACall(bundle: Rolldown.OutputBundle): Set<string> {
  const found = new Set(Object.keys(bundle).filter((name) => /capture\.worker-.*\.js$/.test(name)));
  const follow = (name: string) => {
    const file = bundle[name];
    if (found.has(name) || file?.type !== 'chunk') return;
    found.add(name);
    for (const style of file.viteMetadata?.importedCss ?? []) found.add(style);
    file.imports.forEach(follow);
  };
  for (const file of Object.values(bundle)) {
    if (file.type === 'chunk' && file.isEntry) follow(file.fileName);
  }
  return found;
}

/**
 * Prints the page's gzipped weight and fails the build when it passes the limit. What is loaded
 * only when it is wanted (another language, a panel, OpenTok) is weighed apart, file by file.
 */
function weight(): Plugin {
  return {
    name: 'weight',
    apply: 'build',
    generateBundle(_options, bundle) {
      const weigh = (file: Output) =>
        gzipSync(file.type === 'chunk' ? file.code : file.source).length;
      const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
      const loaded = loadedByACall(bundle);
      const files = Object.values(bundle).filter((file) => /\.(js|css)$/.test(file.fileName));
      const total = files
        .filter(({ fileName }) => loaded.has(fileName))
        .reduce((sum, file) => sum + weigh(file), 0);
      if (total > WEIGHT_LIMIT) {
        this.error(`The page weighs ${total} bytes gzipped; the limit is ${WEIGHT_LIMIT}.`);
      }
      this.info(`page weight: ${kB(total)} gzipped JavaScript and CSS, lobby and mesh call`);
      for (const file of files.filter(({ fileName }) => !loaded.has(fileName))) {
        this.info(`  loaded when wanted: ${file.fileName}, ${kB(weigh(file))} gzipped`);
      }
    },
  };
}

/** The hub is reached by WebSockets alone, asked for by `hub-http.ts`, and a lost connection is begun
 * anew: what else its client brings stays out. */
function withoutOtherTransports(): Plugin {
  const others =
    /\/(LongPollingTransport|ServerSentEventsTransport|DefaultHttpClient|MessageBuffer|Subject|DefaultReconnectPolicy)$/;
  const empty = '\0empty:';
  return {
    name: 'without-other-transports',
    enforce: 'pre',
    apply: 'build',
    resolveId(source, importer) {
      const other = importer?.includes('@microsoft/signalr') && others.exec(source)?.[1];
      return other ? empty + other : null;
    },
    load: (id) => (id.startsWith(empty) ? `export class ${id.slice(empty.length)} {}` : null),
  };
}

/** The hub's client logs nothing here (`hub.ts`) and never runs in Node: what it has for that, mostly
 * sentences, stays out. A cut that finds nothing any more, as after an upgrade, fails the build. */
function withoutLogAndNode(): Plugin {
  const cuts = [
    { pattern: /^(\s*)(this\._)?logger\.log\(.*\);$/gm, rest: '$1;' },
    { pattern: /(class ConsoleLogger) \{[\s\S]*?^\}/m, rest: '$1 {}' },
    { pattern: /Platform\.is(Node|ReactNative)/g, rest: 'false' },
  ];
  const unused = new Set(cuts.map(({ pattern }) => pattern));
  return {
    name: 'without-log-and-node',
    apply: 'build',
    transform(code, id) {
      if (!id.includes('@microsoft/signalr')) return null;
      return cuts.reduce((whole, { pattern, rest }) => {
        const cut = whole.replace(pattern, rest);
        if (cut !== whole) unused.delete(pattern);
        return cut;
      }, code);
    },
    generateBundle() {
      for (const pattern of unused) {
        this.error(
          `Nothing in @microsoft/signalr matches ${pattern} any more: see vite.config.ts.`,
        );
      }
    },
  };
}

export default defineConfig({
  plugins: [weight(), withoutOtherTransports(), withoutLogAndNode()],
  // The storage and the hub may live on other origins: nothing of the page does.
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is loaded at once is one file, however many later ones share parts of it: a dozen small
    // ones are more requests, and weigh some kB more when gzipped apart. The entry stays apart: it
    // awaits files that share parts with it.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'page', tags: ['$initial'], test: (id) => !/main\.tsx$|\.html$/.test(id) },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7071' } },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'] },
});
