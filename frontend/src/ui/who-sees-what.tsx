import { ApiError } from '../api.ts';
import { strings } from '../strings.ts';
import type { CallContext } from './call-context.ts';
import { Switch } from './controls.tsx';
import { refusalWords } from './refusal.ts';

/** Who is shown what is read in this room: its host decides, the others are told. */
export function WhoSeesWhat({ session, toast }: CallContext) {
  const roomOnly = session.room.value.mode === 'room-only';
  const change = async (only: boolean) => {
    try {
      await session.setMode(only ? 'room-only' : 'open');
    } catch (error) {
      toast(refusalWords(error instanceof ApiError ? error : null));
    }
  };
  return (
    <section class="who-sees-what" aria-label={strings.room.whoSees}>
      {session.host && (
        <Switch
          label={strings.room.only}
          checked={roomOnly}
          onChange={(only) => void change(only)}
        />
      )}
      <p class="panel-hint">{roomOnly ? strings.room.onlyHint : strings.room.openHint}</p>
    </section>
  );
}
