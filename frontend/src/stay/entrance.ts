/** Joining: at once through an open door, after a host's answer through a closed one. */
import { type Api, ApiError, type Person } from '../wire/api.ts';
import type { Joined } from '../wire/contract.ts';
import { isAway, retryDelay } from './retry.ts';

const ASK_INTERVAL = 2_500; // ms; the functions drop a person who does not ask for 75 s

/** A wait at a closed door. */
export interface Wait {
  /** Leaves the door; the functions learn it, even while the page closes. */
  giveUp(): void;
}

/** A wait ends with this if the person gave it up. */
export class GivenUp extends Error {}

/**
 * Joins a room, and waits if its door is closed; then `onWait` is called once.
 *
 * Rejects with the `ApiError` of the route (`refused`, `knock-expired`, `removed` …) or with `GivenUp`.
 */
export async function comeIn(
  api: Api,
  room: string,
  person: Person,
  onWait: (wait: Wait) => void,
): Promise<Joined> {
  let answer = await api.join(room, person);
  if (!('waiting' in answer)) return answer;
  let over: (() => void) | undefined;
  let given = false;
  onWait({
    giveUp: () => {
      if (given) return;
      given = true;
      if ('waiting' in answer) void api.leave(room, answer).catch(() => undefined);
      over?.();
    },
  });
  let forgotten = false;
  for (let pause = ASK_INTERVAL; 'waiting' in answer; ) {
    await new Promise<void>((resolve) => {
      over = resolve;
      setTimeout(resolve, pause);
    });
    if (given) throw new GivenUp();
    try {
      answer = forgotten ? await api.join(room, person) : await api.wait(room, answer);
      forgotten = false;
      pause = ASK_INTERVAL;
    } catch (error) {
      // Our knock expired during sleep: knock again.
      const expired = error instanceof ApiError && error.code === 'unknown-participant';
      if (expired && !forgotten) [forgotten, pause] = [true, 0];
      else if (isAway(error)) pause = retryDelay(error);
      else throw error;
    }
  }
  if (given) {
    void api.leave(room, answer).catch(() => undefined); // a host let us in just as we left
    throw new GivenUp();
  }
  return answer;
}
