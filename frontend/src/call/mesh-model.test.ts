import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeStream } from './testing/fake-connection.ts';
import { Random } from './testing/random.ts';
import { CALM, type Participant, type Weather, World } from './testing/world.ts';

// As in `MESH_GAMES=300 MESH_SEED=1000 npx vitest run mesh-model`: more games, other games.
const GAMES = Number(process.env['MESH_GAMES'] ?? 12);
const FIRST = Number(process.env['MESH_SEED'] ?? 1);
const BOUND = 120_000; // ms of real time for one game, which takes a tenth of a second: no limit of speed
const STORMY = 60_000; // ms of play, with everything going wrong
const HEALED = 120_000; // ms in which everybody must be connected once it does not any more
const QUIET = 120_000; // ms after that in which nothing may happen

vi.setConfig({ testTimeout: BOUND });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', FakeStream);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Somebody does, or suffers, something. */
function act(world: World, random: Random): void {
  const person = random.pick(world.people);
  const other = random.pick(world.people.filter((each) => each !== person));
  const does = random.pick([
    () => world.publish(person, { screen: person.tracks.screen ? null : world.track('video') }),
    () => world.publish(person, { screen: person.tracks.screen ? null : world.track('video') }),
    () => world.publish(person, { video: person.tracks.video ? null : world.track('video') }),
    () => {
      if (person.tracks.audio) person.tracks.audio.enabled = random.chance(0.5);
      world.publish(person, {});
    },
    () => {
      world.meet(person, other, false);
      setTimeout(() => world.meet(person, other, true), random.between(0, 3_000));
    },
    () => {
      world.cut(person, true);
      setTimeout(() => world.cut(person, false), random.between(500, 15_000));
    },
  ]);
  does();
}

function meetSoon(world: World, random: Random): void {
  for (const person of world.people) {
    for (const other of world.people) {
      if (person === other) continue;
      setTimeout(() => world.meet(person, other, true), random.between(0, 4_000));
    }
  }
}

async function untilWell(world: World): Promise<void> {
  for (let waited = 0; world.faults().length > 0 && waited < HEALED; waited += 1_000) {
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(world.faults()).toEqual([]);
}

/** Plays a whole game. */
async function play(seed: number, size: number, weather: Weather, actions: number): Promise<void> {
  const random = new Random(seed);
  vi.spyOn(Math, 'random').mockImplementation(() => random.next());
  const world = new World(random, size);
  world.weather = weather;
  meetSoon(world, random);
  for (let n = 0; n < actions; n++) {
    setTimeout(() => act(world, random), random.between(0, STORMY - 15_000));
  }
  await vi.advanceTimersByTimeAsync(STORMY);
  world.weather = CALM;
  await untilWell(world);
  await vi.advanceTimersByTimeAsync(20_000); // what was said last is confirmed
  const [posts, connections] = [world.posts, world.connections.length];
  await vi.advanceTimersByTimeAsync(QUIET);
  expect(world.faults()).toEqual([]);
  expect({ posts: world.posts, connections: world.connections.length }).toEqual({
    posts,
    connections,
  });
  world.close();
}

const seeds = Array.from({ length: GAMES }, (_, n) => FIRST + n);
const ROUGH: Weather = { refused: 0.15, unanswered: 0.1, lost: 0.15, doubled: 0.3, latest: 3_000 };

describe('whatever is lost, late, doubled or overtaken, all are connected and shown what is sent', () => {
  it.each(seeds)('two people, game %i', (seed) => play(seed, 2, ROUGH, 12));
  it.each(seeds)('three people, game %i', (seed) => play(seed + 10_000, 3, ROUGH, 15));
});

describe('without any fault', () => {
  it.each(seeds)('people come, go and share at any moment, game %i', (seed) =>
    play(seed + 20_000, 3, { ...CALM, doubled: 0.1 }, 15),
  );

  it.each(seeds)(
    'who joins sees the screen within seconds, and few posts are made, game %i',
    async (seed) => {
      const random = new Random(seed + 30_000);
      vi.spyOn(Math, 'random').mockImplementation(() => random.next());
      const world = new World(random, 2);
      world.weather = { ...CALM, latest: random.pick([20, 300]) };
      const [first, second] = world.people as [Participant, Participant];
      for (const person of world.people) {
        if (random.chance(0.6)) world.publish(person, { screen: world.track('video') });
      }
      setTimeout(() => world.meet(first, second, true), random.between(0, 300));
      setTimeout(() => world.meet(second, first, true), random.between(0, 300));
      await vi.advanceTimersByTimeAsync(7_000);
      expect(world.faults()).toEqual([]);
      expect(world.connections).toHaveLength(2);
      expect(world.posts).toBeLessThanOrEqual(16);
      world.close();
    },
  );
});
