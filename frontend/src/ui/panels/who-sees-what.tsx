import { isHost } from '../../room/room.ts';
import { ApiError } from '../../wire/api.ts';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { Changing } from '../parts/changing.tsx';
import { Switch } from '../parts/controls.tsx';
import { refusalWords } from '../parts/refusal.ts';

/** Who is shown what is read in this room: its host decides, the others are told. */
export function WhoSeesWhat({ stay, toast }: CallContext) {
  const roomOnly = stay.room.value.mode === 'room-only';
  const change = async (only: boolean) => {
    try {
      await stay.hosting.setMode(only ? 'room-only' : 'open');
    } catch (error) {
      toast(refusalWords(error instanceof ApiError ? error : null));
    }
  };
  return (
    <section class="who-sees-what" aria-label={strings.room.whoSees}>
      {isHost(stay.room.value) && (
        <Switch
          label={strings.room.only}
          checked={roomOnly}
          onChange={(only) => void change(only)}
        />
      )}
      <p class="panel-hint">
        <Changing>{roomOnly ? strings.room.onlyHint : strings.room.openHint}</Changing>
      </p>
    </section>
  );
}
