/** Several participants' calls, with everything between them: what is posted, and where media goes. */
import { ApiError } from '../../wire/api.ts';
import type { JsonObject } from '../../wire/contract.ts';
import { MeshCall } from '../mesh.ts';
import { type Item, parsePost } from '../mesh-signal.ts';
import { FakeConnection, type FakeInternet, FakeTrack } from './fake-connection.ts';
import type { Random } from './random.ts';

/** How posts through the functions and the hub fare; shares of all posts. */
export interface Weather {
  /** Answered with an error, and not relayed. */
  readonly refused: number;
  /** No answer in time; half of them are relayed all the same. */
  readonly unanswered: number;
  /** Taken, and lost at a hub connection that is just being made anew. */
  readonly lost: number;
  /** Delivered twice. */
  readonly doubled: number;
  /** The longest way, in ms; each post takes its own time, so they overtake each other. */
  readonly latest: number;
}

export const CALM: Weather = { refused: 0, unanswered: 0, lost: 0, doubled: 0, latest: 300 };

const ANSWER_TIMEOUT = 8_000; // ms: as of the page's requests

/** One participant: their call, what they send, whom they know of. */
export interface Participant {
  readonly id: string;
  readonly call: MeshCall;
  readonly connections: FakeConnection[];
  tracks: { audio: FakeTrack | null; video: FakeTrack | null; screen: FakeTrack | null };
  readonly knows: Set<string>;
}

/** A room of a few participants. */
export class World implements FakeInternet {
  readonly connections: FakeConnection[] = [];
  readonly people: readonly Participant[];
  weather: Weather = CALM;
  posts = 0;
  /** All that was ever posted, repetitions included. */
  readonly items: (Item & { readonly from: string })[] = [];
  readonly #random: Random;
  readonly #cut = new Set<string>();
  #tracks = 0;

  constructor(random: Random, size: number) {
    this.#random = random;
    this.people = Array.from({ length: size }, (_, n) => this.#person(`pppppppppppppppppppp0${n}`));
  }

  readonly delay = (): number => this.#random.between(1, 400);

  readonly reaches = (one: FakeConnection, other: FakeConnection): boolean =>
    !this.#cut.has(one.owner) && !this.#cut.has(other.owner);

  track(kind: string): FakeTrack {
    this.#tracks += 1;
    return new FakeTrack(kind, `track ${this.#tracks}`);
  }

  /** Lets somebody know, or forget, who is there. */
  meet(person: Participant, other: Participant, there: boolean): void {
    if (there) person.knows.add(other.id);
    else person.knows.delete(other.id);
    person.call.setParticipants(new Set(person.knows));
  }

  publish(person: Participant, change: Partial<Participant['tracks']>): void {
    person.tracks = { ...person.tracks, ...change };
    person.call.publish(person.tracks as unknown as Parameters<MeshCall['publish']>[0]);
  }

  /** Cuts somebody's media off, or lets it through again. Posts go another way. */
  cut(person: Participant, off: boolean): void {
    if (off) this.#cut.add(person.id);
    else this.#cut.delete(person.id);
    for (const connection of this.connections) connection.meet();
  }

  /** What somebody is shown that is not so, in words; nothing when all is well. */
  faults(): readonly string[] {
    return this.people.flatMap((viewer) =>
      this.people
        .filter((other) => other !== viewer)
        .flatMap((other) => {
          const pair = `${viewer.id.slice(-2)} of ${other.id.slice(-2)}`;
          const media = viewer.call.remotes.value.get(other.id);
          if (media?.connection !== 'connected') return [`${pair}: ${media?.connection}`];
          const received = (media.stream as unknown as { tracks: FakeTrack[] }).tracks;
          const screen = media.screen as unknown as { tracks: FakeTrack[] } | null;
          const shown = {
            audio: this.#sources(viewer, received, 'audio'),
            video: this.#sources(viewer, received, 'video'),
            screen: screen ? this.#sources(viewer, screen.tracks, 'video') : 'none',
          };
          const { audio, video, screen: shared } = other.tracks;
          const sent = {
            audio: audio?.name ?? 'nothing',
            video: video?.name ?? 'nothing',
            screen: shared?.name ?? 'none',
          };
          const said = { audio: media.audio, video: media.video };
          const muted = { audio: audio?.enabled ?? false, video: video?.enabled ?? false };
          return [
            ...(JSON.stringify(shown) === JSON.stringify(sent)
              ? []
              : [`${pair}: ${JSON.stringify(shown)} instead of ${JSON.stringify(sent)}`]),
            ...(JSON.stringify(said) === JSON.stringify(muted)
              ? []
              : [`${pair} is told ${JSON.stringify(said)} instead of ${JSON.stringify(muted)}`]),
          ];
        }),
    );
  }

  close(): void {
    for (const { call } of this.people) call.close();
  }

  #sources(viewer: Participant, tracks: readonly FakeTrack[], kind: string): string {
    return tracks
      .filter((track) => track.kind === kind)
      .map((track) => {
        const sources = viewer.connections.map((connection) => connection.sourceOf(track));
        return sources.find((source) => source !== null)?.name ?? 'nothing';
      })
      .join();
  }

  #person(id: string): Participant {
    const connections: FakeConnection[] = [];
    const call = new MeshCall({
      self: id,
      token: { provider: 'mesh', iceServers: [], expiresAt: Number.MAX_SAFE_INTEGER },
      renew: () => Promise.reject(new Error('not before the end of a game')),
      now: () => performance.now(),
      send: (to, payload) => this.#send(id, to, payload),
      connect: () => {
        const connection = new FakeConnection(id, this);
        connections.push(connection);
        return connection as unknown as RTCPeerConnection;
      },
    });
    const tracks = { audio: this.track('audio'), video: this.track('video'), screen: null };
    const person: Participant = { id, call, connections, tracks, knows: new Set() };
    this.publish(person, {});
    return person;
  }

  async #send(from: string, to: string, payload: JsonObject): Promise<void> {
    this.posts += 1;
    this.items.push(...(parsePost(payload)?.items ?? []).map((item) => ({ ...item, from })));
    const { refused, unanswered, lost, doubled, latest } = this.weather;
    // As the wire does: nothing of one side's memory reaches the other.
    const signal = { from, payload: JSON.parse(JSON.stringify(payload)) as JsonObject };
    const deliver = (within: number) =>
      setTimeout(
        () => this.people.find(({ id }) => id === to)?.call.receive(signal),
        this.#random.between(1, within),
      );
    const fate = this.#random.next();
    if (fate < refused) {
      await after(this.#random.between(1, 200));
      const [status, code] = this.#random.chance(0.5)
        ? [429, 'too-many-messages']
        : [503, 'storage-unavailable'];
      const pause = this.#random.chance(0.7) ? this.#random.between(1_000, 20_000) : null;
      throw new ApiError(status, code, 'refused', pause);
    }
    if (fate < refused + unanswered) {
      if (this.#random.chance(0.5)) deliver(latest);
      await after(ANSWER_TIMEOUT);
      throw new ApiError(0, 'unreachable', 'no answer');
    }
    if (fate >= refused + unanswered + lost) {
      deliver(latest);
      if (this.#random.chance(doubled)) deliver(latest * 5);
    }
    await after(this.#random.between(1, Math.min(latest, 1_000)));
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
