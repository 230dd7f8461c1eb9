import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = import.meta.dirname;
const STAY = [
  'session.ts',
  'membership.ts',
  'room.ts',
  'history.ts',
  'strips.ts',
  'demonstration.ts',
  'recorder.ts',
];

/** The modules of a file's own imports, by their path in this folder; `types` are named apart. */
function importsOf(file: string): { code: string[]; types: string[] } {
  const found: { code: string[]; types: string[] } = { code: [], types: [] };
  const text = readFileSync(join(SOURCE, file), 'utf8');
  for (const [, kind, path] of text.matchAll(
    /^(?:import|export)( type)?\b[^;']*?'(\.[^']+\.tsx?)';/gm,
  )) {
    found[kind ? 'types' : 'code'].push(normalize(join(dirname(file), path ?? '')));
  }
  for (const [, path] of text.matchAll(/import\('(\.[^']+)'\)/g)) {
    found.code.push(normalize(join(dirname(file), path ?? '')));
  }
  return found;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.(test|d)\./.test(file))
  .sort();

describe('imports', () => {
  // What each kind of module may run of the page; types of anything may be named.
  const arrows: readonly (readonly [kind: RegExp, may: RegExp])[] = [
    [
      /^(contract|formats|remembered|announcer|live|own-word|jpeg|other-tabs|hub-http)\.ts$/,
      /^(?!.)/,
    ],
    [/^(api|config|upload|overlay|room-link|aggregate)\.ts$/, /^contract\.ts$/],
    [/^hub\.ts$/, /^(contract|hub-http)\.ts$/],
    [/^steady\.ts$/, /^(contract|overlay)\.ts$/],
    [/^(capture\.worker|jpeg-worker)\.ts$/, /^jpeg\.ts$/],
    [/^capture\.ts$/, /^jpeg(-worker)?\.ts$/],
    [/^strings(\.[a-z]{2})?\.ts$/, /^formats\.ts$/],
    [/^language\.ts$/, /^(remembered|strings(\.[a-z]{2})?)\.ts$/],
    [/^expressions\.ts$/, /^(contract|strings)\.ts$/],
    [/^(audio-level|local-screen|shortcuts)\.ts$/, /^(?!.)/],
    [/^devices\.ts$/, /^remembered\.ts$/],
    [/^local-media\.ts$/, /^(devices|local-screen)\.ts$/],
    [/^call\//, /^((audio-level|contract)\.ts|call\/)/],
    [/^room\.ts$/, /^(contract|overlay|steady)\.ts$/],
    [/^history\.ts$/, /^(aggregate|overlay|room)\.ts$/],
    [/^own-readings\.ts$/, /^(contract|overlay)\.ts$/],
    [/^strips\.ts$/, /^(contract|overlay)\.ts$/],
    [/^readings-file\.ts$/, /^contract\.ts$/],
    [/^recorder\.ts$/, /^(history|overlay|own-readings|room)\.ts$/],
    [/^membership\.ts$/, /^api\.ts$/],
    [/^session\.ts$/, /^(api|live|membership|own-word|room|upload)\.ts$/],
    [/^demonstration\.ts$/, /^session\.ts$/],
    [/^ui\//, /^(?!main|hub|capture|upload|membership|live|config|demonstration|call\/)/],
    [/^main\.tsx$/, /./],
  ];

  it.each(files)('%s runs only what is below it', (file) => {
    const rules = arrows.filter(([kind]) => kind.test(file));
    expect(rules, 'a new module needs its place here').toHaveLength(1);
    for (const path of importsOf(file).code) expect(path).toMatch(rules[0]?.[1] ?? /(?!)/);
  });

  it('nothing below the stay names it, and the page alone names what draws it', () => {
    for (const file of files) {
      const { code, types } = importsOf(file);
      const named = [...code, ...types];
      if (![...STAY, 'main.tsx'].includes(file) && !file.startsWith('ui/')) {
        expect(
          named.filter((path) => STAY.includes(path)),
          file,
        ).toEqual([]);
      }
      if (file !== 'main.tsx' && !file.startsWith('ui/')) {
        expect(
          named.filter((path) => path.startsWith('ui/')),
          file,
        ).toEqual([]);
      }
    }
  });
});
