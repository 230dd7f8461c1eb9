import { type Api, ApiError } from '../wire/api.ts';
import type { ConsentScope, Joined } from '../wire/contract.ts';
import { RoomApi } from '../wire/room-api.ts';
import { comeIn, type Wait } from './entrance.ts';
import type { EndReason, Invitation } from './ports.ts';
import { pause } from './retry.ts';

const FULL_RETRIES = 30; // a minute and a half: our own lost place may still fill the room

/** Our present choices for a new place; read before each attempt. */
export interface Agreement {
  readonly consent: boolean;
  readonly scope: ConsentScope | null;
}

/** A new place in the room. */
export interface Place extends Agreement {
  readonly joined: Joined;
}

/**
 * Joins a room again, with as many tries as needed. Returns the new place, why there is none, or null if
 * the stay is `over` by then; a place that comes too late is left. `onWait` is called at a closed door.
 */
export async function takePlaceAgain(
  api: Api,
  { room, ...person }: Invitation,
  agreement: () => Agreement,
  over: () => boolean,
  onWait: (wait: Wait) => void,
): Promise<Place | EndReason | null> {
  for (let refusals = 0; !over(); ) {
    const { consent, scope } = agreement();
    try {
      const again = { ...person, consent, ...(scope && { scope }) };
      const joined = await comeIn(api, room, again, onWait);
      if (!over()) return { joined, consent, scope };
      new RoomApi(api, room, joined).leave().catch(() => undefined);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : '';
      if (code === 'unknown-room') return 'room-gone';
      if (code === 'refused' || code === 'knock-expired' || code === 'removed') return code;
      if (code === 'room-full' && ++refusals > FULL_RETRIES) return 'room-full';
      await pause(error);
    }
  }
  return null;
}
