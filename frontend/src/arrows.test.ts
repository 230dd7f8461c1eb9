import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = import.meta.dirname;

/** What the modules of each room may run of other rooms, and of which they may name types only. */
const ROOMS: Readonly<Record<string, { runs: readonly string[]; names?: readonly string[] }>> = {
  time: { runs: [] },
  wire: { runs: ['time'] },
  browser: { runs: ['wire'] },
  'frame/reader': { runs: ['frame', 'wire'] },
  frame: { runs: ['time', 'wire'] },
  room: { runs: ['wire'] },
  devices: { runs: ['browser'] },
  words: { runs: ['browser'], names: ['wire'] },
  past: { runs: ['room', 'wire'] },
  call: { runs: ['devices', 'wire'] },
  stay: { runs: ['frame', 'room', 'wire'], names: ['call', 'devices'] },
  'ui/parts': {
    runs: ['browser', 'devices', 'room', 'time', 'wire', 'words'],
    names: ['past', 'stay', 'call', 'frame'],
  },
  'ui/tiles': { runs: ['ui/parts', 'room', 'wire', 'words'] },
  'ui/panels': { runs: ['ui/parts', 'ui/tiles', 'past', 'room', 'time', 'wire', 'words'] },
  'ui/lobby': { runs: ['ui/parts', 'browser', 'wire', 'words'], names: ['devices', 'frame'] },
  'ui/habits': { runs: ['ui/parts', 'room', 'time', 'words'], names: ['devices'] },
  'ui/call': {
    runs: [
      'ui/parts',
      'ui/tiles',
      'ui/panels',
      'ui/habits',
      'browser',
      'past',
      'room',
      'time',
      'wire',
      'words',
    ],
    names: ['stay'],
  },
  ui: {
    runs: ['ui/call', 'ui/lobby', 'ui/parts', 'browser', 'stay', 'wire', 'words'],
    names: ['devices'],
  },
  '.': {
    runs: [
      'browser',
      'call',
      'devices',
      'frame',
      'frame/reader',
      'stay',
      'time',
      'ui',
      'wire',
      'words',
    ],
  },
};

/** The composition root; what it opens late is composed in a file of its own. */
const COMPOSES: readonly string[] = ['main.tsx', 'own-way.ts'];

/** Modules that the composition root alone runs: it builds the ports and loads what is wanted late. */
const MAINS_OWN =
  /^(wire\/hub|browser\/config|frame\/capture|call\/.+|stay\/(demonstration|own-readings))\.ts$/;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly kind: 'runs' | 'names';
}

/** A module's imports of modules of this page, by their paths in this folder. */
function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  const target = (path = '') => normalize(join(dirname(file), path));
  const imports: Import[] = [];
  for (const [, type, path] of text.matchAll(
    /^(?:import|export)( type)?\b[^;']*?'(\.[^']+\.tsx?)';/gm,
  )) {
    imports.push({ from: file, to: target(path), kind: type ? 'names' : 'runs' });
  }
  for (const [, path] of text.matchAll(/import\('(\.[^']+)'\)/g)) {
    imports.push({ from: file, to: target(path), kind: 'runs' });
  }
  return imports;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.(test|d)\.|(^|\/)testing\//.test(file))
  .sort();
const imports = files.flatMap(importsOf);
const crossing = imports.filter(({ from, to }) => dirname(from) !== dirname(to));
const words = ({ from, to, kind }: Import) => `${from} ${kind} ${to}`;

describe('rooms', () => {
  it('every module lies in a room that has its rules here', () => {
    expect([...new Set(files.map((file) => dirname(file)))].sort()).toEqual(
      Object.keys(ROOMS).sort(),
    );
  });

  it.each(Object.keys(ROOMS))('%s uses only the rooms below it', (room) => {
    const { runs = [], names = [] } = ROOMS[room] ?? {};
    const wrong = crossing.filter(({ from, to, kind }) => {
      const may = kind === 'runs' ? runs : [...runs, ...names];
      return dirname(from) === room && !may.includes(dirname(to));
    });
    expect(wrong.map(words)).toEqual([]);
  });

  it('no room allows what no module of it uses', () => {
    const used = (room: string, below: string, kinds: readonly string[]) =>
      crossing.some(
        ({ from, to, kind }) =>
          dirname(from) === room && dirname(to) === below && kinds.includes(kind),
      );
    for (const [room, { runs, names = [] }] of Object.entries(ROOMS)) {
      expect(runs.filter((below) => !used(room, below, ['runs']))).toEqual([]);
      expect(names.filter((below) => !used(room, below, ['names']))).toEqual([]);
    }
  });

  it('the rooms stand on floors: no arrow leads back up', () => {
    const below = (room: string): readonly string[] => [
      ...(ROOMS[room]?.runs ?? []),
      ...(ROOMS[room]?.names ?? []),
    ];
    const floors = new Map<string, number>();
    const floorOf = (room: string, above: readonly string[]): number => {
      expect(above, 'a circle of rooms').not.toContain(room);
      const known = floors.get(room);
      if (known !== undefined) return known;
      const floor =
        1 + Math.max(-1, ...below(room).map((lower) => floorOf(lower, [...above, room])));
      floors.set(room, floor);
      return floor;
    };
    for (const room of Object.keys(ROOMS)) floorOf(room, []);
  });

  it('the composition root alone builds ports and loads what comes later', () => {
    const wrong = imports.filter(
      ({ from, to, kind }) =>
        !COMPOSES.includes(from) &&
        dirname(from) !== dirname(to) &&
        kind === 'runs' &&
        MAINS_OWN.test(to),
    );
    expect(wrong.map(words)).toEqual([]);
  });
});
