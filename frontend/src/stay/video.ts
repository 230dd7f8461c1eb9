/** The video of a stay: the call that carries it, and our own media in it. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Call, RemoteMedia } from '../call/call.ts';
import type { Room } from '../room/room.ts';
import type { Signal } from '../wire/contract.ts';
import type { StayPorts } from './ports.ts';
import type { Problems } from './problems.ts';

/** Holds the call of our present place in the room, which opens late, and not at all if it cannot. */
export class Video {
  readonly #call = signal<Call | null>(null);
  /** By part of the page: how many lines of each other participant's picture it shows. */
  readonly #shown = signal<ReadonlyMap<string, ReadonlyMap<string, number>>>(new Map());
  readonly #disposers: readonly (() => void)[];
  readonly remotes: ReadonlySignal<ReadonlyMap<string, RemoteMedia>> = computed(
    () => this.#call.value?.remotes.value ?? new Map(),
  );
  /** The provider of the video; null until it is known. */
  readonly provider = computed(() => this.#call.value?.provider ?? null);

  constructor({ media, screen }: Pick<StayPorts, 'media' | 'screen'>, problems: Problems) {
    this.#disposers = [
      effect(() => {
        const { track, problem } = media.microphone.value;
        const audio = problem === 'muted' ? null : track;
        this.#call.value?.publish({
          audio,
          video: sentCamera(media),
          screen: screen?.value ?? null,
        });
      }),
      effect(() => {
        if (this.#call.value) problems.setVideo(this.#call.value.problem.value);
      }),
      effect(() => this.#call.value?.setShown(mostOf([...this.#shown.value.values()]))),
    ];
  }

  /** Carries on with this call; null while there is none. */
  use(call: Call | null): void {
    this.#call.value = call;
  }

  /** Connects to everybody in the room but ourselves. */
  connect({ self, people }: Room): void {
    const others = new Set(people.keys());
    others.delete(self);
    this.#call.value?.setParticipants(others);
  }

  /** A part of the page shows so many lines of the others' pictures, by participant; 0 for none. */
  show(part: string, lines: ReadonlyMap<string, number>): void {
    this.#shown.value = new Map(this.#shown.peek()).set(part, lines);
  }

  /** Takes a message of another participant's call. */
  receive(signal: Signal): void {
    this.#call.value?.receive(signal);
  }

  /** The provider's ids of somebody's connections. */
  connectionsOf(participant: string): readonly string[] {
    return this.#call.value?.connectionsOf?.(participant) ?? [];
  }

  /** Tries now to repair it. */
  retry(): void {
    this.#call.value?.retry();
  }

  /** Publishes nothing more; the call itself is closed with our place in the room. */
  stop(): void {
    for (const dispose of this.#disposers) dispose();
  }
}

/** The greatest number of each participant. */
function mostOf(parts: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const part of parts) {
    for (const [id, lines] of part) most.set(id, Math.max(lines, most.get(id) ?? 0));
  }
  return most;
}

/** The camera's track if it delivers pictures. */
export function sentCamera({ camera }: StayPorts['media']): MediaStreamTrack | null {
  const { track, problem } = camera.value;
  return problem === 'muted' ? null : track;
}
