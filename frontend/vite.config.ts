import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';
import { defineConfig } from 'vitest/config';

// Bytes of gzipped JavaScript and CSS: a page for slow phones.
const LOBBY_LIMIT = 45_000;
const READER_LIMIT = 4_800_000; // what is fetched where somebody reads on their own device
const CALL_LIMIT = 78_000; // the lobby and what a mesh call loads beside

/** Modules that every call runs, in one file; what is wanted later (panels, a screen's own) is not among them. */
const OF_EVERY_CALL =
  /\/src\/(stay\/(?!demonstration|own-readings)|room\/|past\/(recorder|history)|frame\/(?!reader\/|way|tell|.*worker)|wire\/|ui\/(call\/(?!small-window|later|beside|company|knocks|door-news|room-news|wider-consent)|tiles\/(?!later|own-tools|own-line|correct-reading|screen-tile)|parts\/(?!way-choice)|panels\/(panels?|loaded-body|legend)\.))|@microsoft\/signalr/;

type Output = Rolldown.OutputBundle[string];

/** These files, what they import, and their styles. */
function loadedBy(bundle: Rolldown.OutputBundle, roots: readonly string[]): Set<string> {
  const found = new Set<string>();
  const follow = (name: string) => {
    const file = bundle[name];
    if (found.has(name) || !file) return;
    found.add(name);
    if (file.type !== 'chunk') return;
    for (const style of file.viteMetadata?.importedCss ?? []) found.add(style);
    file.imports.forEach(follow);
  };
  roots.forEach(follow);
  return found;
}

/** What is loaded when a mesh call opens: its own code, and the worker that captures. */
const OF_A_CALL = /\/(call|call-screen|stay|hub|capture|mesh|capture\.worker)-[^/]*\.js$/;

/** What is loaded when somebody reads on their own device. */
const OF_THE_READER = /(\.(wasm|onnx)|\/(reader\.worker|device-reader|strain)-[^/]*\.js)$/;

/** What packed files lie under, by the hash of what is in them: packing takes ten seconds. */
const PACKED = new URL('node_modules/.cache/packed/', import.meta.url);
/** The default preset: a phone that unpacks needs 8 MB for it, and more would save 7 kB. */
const XZ = 'import lzma, sys; sys.stdout.buffer.write(lzma.compress(sys.stdin.buffer.read()))';

/** A file as XZ, which makes the runtime 1.4 MB smaller than gzip does. Node has no XZ; Python does. */
function xz(source: string | Uint8Array): Uint8Array {
  const kept = new URL(`${createHash('sha256').update(source).digest('hex')}.xz`, PACKED);
  if (!existsSync(kept)) {
    const options = { input: source, maxBuffer: 64_000_000 };
    const made = execFileSync('python3', ['-c', XZ], options);
    mkdirSync(PACKED, { recursive: true });
    writeFileSync(kept, made);
  }
  return readFileSync(kept);
}

/**
 * Packs the reader's large files: not every site's server does. `frame/reader/files.ts` unpacks them.
 * Their names hold a hash of what is in them, packed or not.
 */
function packed(): Plugin {
  return {
    name: 'packed',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !/\.(wasm|onnx)$/.test(file.fileName)) continue;
        file.source = xz(file.source);
      }
    },
  };
}

/**
 * Prints the page's gzipped weight and fails the build when it passes a limit. What is loaded
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
      const entries = Object.values(bundle)
        .filter((file) => file.type === 'chunk' && file.isEntry)
        .map(({ fileName }) => fileName);
      const opened = Object.keys(bundle).filter((name) => OF_A_CALL.test(name));
      const lobby = loadedBy(bundle, entries);
      const call = loadedBy(bundle, [...entries, ...opened]);
      const files = Object.values(bundle).filter((file) => /\.(js|css)$/.test(file.fileName));
      for (const [what, loaded, limit] of [
        ['lobby', lobby, LOBBY_LIMIT],
        ['lobby and mesh call', call, CALL_LIMIT],
      ] as const) {
        const total = files
          .filter(({ fileName }) => loaded.has(fileName))
          .reduce((sum, file) => sum + weigh(file), 0);
        if (total > limit) {
          this.error(`${what}: the page weighs ${total} bytes gzipped; the limit is ${limit}.`);
        }
        this.info(`page weight, ${what}: ${kB(total)} gzipped JavaScript and CSS`);
      }
      const reader = Object.values(bundle).filter(({ fileName }) => OF_THE_READER.test(fileName));
      // Servers send scripts gzipped, and what is packed as it is.
      const fetched = reader.reduce(
        (sum, file) => sum + (file.type === 'chunk' ? weigh(file) : file.source.length),
        0,
      );
      if (reader.length < 4) this.error(`of the reader there are only ${reader.length} files`);
      if (fetched > READER_LIMIT) {
        this.error(`the reader weighs ${fetched} bytes; the limit is ${READER_LIMIT}.`);
      }
      this.info(`  the reader on a device, when chosen: ${kB(fetched)} over the wire`);
      for (const file of files.filter(({ fileName }) => !call.has(fileName))) {
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
  plugins: [packed(), weight(), withoutOtherTransports(), withoutLogAndNode()],
  // The storage and the hub may live on other origins: nothing of the page does.
  build: {
    target: ['chrome114', 'edge114', 'firefox125', 'safari17'], // as README and `browser/needs.ts` say
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is loaded at once is one file, however many later ones share parts of it: a dozen small
    // ones are more requests, and weigh some kB more when gzipped apart. The entry stays apart: it
    // awaits files that share parts with it.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'page',
              tags: ['$initial'],
              test: (id) => !/main\.tsx$|\.html$/.test(id),
              priority: 2,
            },
            { name: 'call', test: OF_EVERY_CALL, priority: 1 },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  assetsInclude: ['**/*.onnx'],
  server: { proxy: { '/api': 'http://127.0.0.1:7071' } },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: 'vitest.setup.ts',
    testTimeout: 120_000, // nothing hangs; no limit of speed
    hookTimeout: 120_000,
  },
});
