/** Our consent to be read: our switch, its scope, and the functions' record of it. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ConsentScope, RoomMode, Roster } from '../wire/contract.ts';
import type { Membership } from './membership.ts';
import type { Agreement } from './rejoin.ts';
import { pause } from './retry.ts';

/** What a `Consent` needs of its stay. */
export interface ConsentPorts {
  /** Our present place in the room. */
  readonly membership: () => Membership;
  /** Whether the stay is over. */
  readonly over: () => boolean;
  /** Called if a save failed; it is tried again. */
  readonly onUnsaved: () => void;
  readonly now: () => number;
}

/** Holds our consent, and sends it to the functions until they have it. */
export class Consent {
  readonly #ports: ConsentPorts;
  readonly #given;
  /** The functions' record; null while it is unknown. */
  readonly #saved;
  /** Its scope; null if the functions decide by the room's mode. */
  readonly #scope = signal<ConsentScope | null>(null);
  #saving = false;
  /** When a save last ended; a roster requested before may be older. */
  #savedAt = Number.NEGATIVE_INFINITY;
  readonly given: ReadonlySignal<boolean>;
  readonly scope: ReadonlySignal<ConsentScope | null> = this.#scope;
  /** Whether the functions' record equals our switch. */
  readonly saved: ReadonlySignal<boolean>;
  /** Whether we agreed and the functions have it: otherwise they refuse frames. */
  readonly stands: ReadonlySignal<boolean>;

  constructor(given: boolean, ports: ConsentPorts) {
    this.#ports = ports;
    this.#given = signal(given);
    this.#saved = signal<boolean | null>(given);
    this.given = this.#given;
    this.saved = computed(() => this.#saved.value === this.#given.value);
    this.stands = computed(() => this.#given.value && this.#saved.value === true);
  }

  /**
   * Gives or withdraws it: here at once, at the functions once they answer. It goes as far as `mode`, the
   * room's; null while that is not known here.
   */
  set(given: boolean, mode: RoomMode | null): void {
    this.#given.value = given;
    this.#scope.value = mode && (mode === 'open' ? 'everybody' : 'room-only');
    if (!given) this.#saved.value = null;
    void this.#save();
  }

  /** Extends it to everybody in an open room. */
  widen(): void {
    this.#scope.value = 'everybody';
    this.repeat();
  }

  /** Saves it again: the functions lost it, and our switch counts. */
  repeat(): void {
    this.#saved.value = null;
    void this.#save();
  }

  /** A new place in the room was taken with this; a choice made meanwhile is saved by `catchUp`. */
  tookPlaceWith({ consent, scope }: Agreement): void {
    const asChosen = !consent || scope === this.#scope.value;
    this.#saved.value = asChosen ? consent : null;
  }

  /** Saves a change of our switch during the join. */
  catchUp(): void {
    if (!this.saved.value) void this.#save();
  }

  /** Compares the functions' record of us, `self`, with our switch. */
  check({ participants }: Roster, self: string, askedAt: number): void {
    const own = participants.find(({ participant }) => participant === self);
    if (!own || this.#saving || askedAt <= this.#savedAt) return;
    if (own.consent !== this.#given.value) this.repeat();
    else if (own.scope) this.#scope.value = own.scope;
  }

  async #save(): Promise<void> {
    if (this.#saving) return;
    this.#saving = true;
    while (!this.#ports.over() && this.#saved.value !== this.#given.value) {
      const given = this.#given.value;
      const scope = this.#scope.value;
      const membership = this.#ports.membership();
      const present = () => membership === this.#ports.membership();
      try {
        await membership.api.setConsent(given, scope);
        // If we joined again during the request, the new place has the consent of that moment.
        if (present() && scope === this.#scope.value) this.#saved.value = given;
      } catch (error) {
        if (!membership.judge(error)) {
          // A new place may have been taken with our choice meanwhile.
          if (!this.saved.value) this.#ports.onUnsaved();
          await pause(error);
        } else if (present()) break; // joining again saves it
      }
    }
    this.#savedAt = this.#ports.now();
    this.#saving = false;
  }
}
