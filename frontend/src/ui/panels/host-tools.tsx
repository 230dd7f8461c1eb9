import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isHost, type Person } from '../../room/room.ts';
import { ApiError } from '../../wire/api.ts';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { Changing } from '../parts/changing.tsx';
import { Switch } from '../parts/controls.tsx';
import { refusalWords } from '../parts/refusal.ts';
import './host-tools.css';

/** Does what a host asked, and says in words where it was refused. */
async function attempt({ toast }: CallContext, action: () => Promise<void>, done?: string) {
  try {
    await action();
    if (done) toast(done);
  } catch (error) {
    const refusal = error instanceof ApiError ? error : null;
    // Who is gone leaves the list, and that is told.
    if (refusal?.code !== 'unknown-participant') toast(refusalWords(refusal));
  }
}

/** The door: hosts open and close it, the others are told. */
export function DoorChoice(context: CallContext) {
  const { stay } = context;
  const room = stay.room.value;
  const closed = room.door.state === 'closed';
  return (
    <section class="who-sees-what" aria-label={strings.door.title}>
      {isHost(room) && (
        <Switch
          label={strings.door.close}
          checked={closed}
          onChange={(close) =>
            void attempt(context, () => stay.hosting.setDoor(close ? 'closed' : 'open'))
          }
        />
      )}
      <p class="panel-hint">
        <Changing>{closed ? strings.door.closedHint : strings.door.openHint}</Changing>
      </p>
      {isHost(room) && room.people.size > 1 && (
        <button
          type="button"
          onClick={() =>
            void attempt(context, () => stay.hosting.requestMute(null), strings.door.askedAllToMute)
          }
        >
          {strings.door.muteAll}
        </button>
      )}
    </section>
  );
}

/** What a host may do about one other person. */
export function HostActions({ person, context }: { person: Person; context: CallContext }) {
  const { stay } = context;
  const sure = useSignal(false);
  // What was pressed goes away: the focus stays with the question, and comes back from it.
  const before = useRef(false);
  const focused = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (before.current !== sure.value) focused.current?.focus();
    before.current = sure.value;
  }, [sure.value]);
  const room = stay.room.value;
  if (!isHost(room) || person.participant === room.self) return null;
  const { participant, name } = person;
  const { door } = strings;
  if (sure.value) {
    return (
      <fieldset class="host-actions" key="sure">
        <legend>{door.removeSure(name)}</legend>
        <button
          type="button"
          ref={focused}
          onClick={() =>
            void attempt(context, () => stay.hosting.remove(participant), door.removedNamed(name))
          }
        >
          {door.removeYes}
        </button>
        <button
          type="button"
          onClick={() => {
            sure.value = false;
          }}
        >
          {door.cancel}
        </button>
      </fieldset>
    );
  }
  return (
    <div class="host-actions" key="actions">
      <button
        type="button"
        aria-label={door.muteNamed(name)}
        onClick={() =>
          void attempt(context, () => stay.hosting.requestMute(participant), door.askedToMute(name))
        }
      >
        {door.mute}
      </button>
      <button
        type="button"
        aria-label={(person.host ? door.unmakeHostNamed : door.makeHostNamed)(name)}
        onClick={() =>
          void attempt(context, () => stay.hosting.nameHost(participant, !person.host))
        }
      >
        <Changing>{person.host ? door.unmakeHost : door.makeHost}</Changing>
      </button>
      <button
        type="button"
        ref={focused}
        aria-label={door.removeNamed(name)}
        onClick={() => {
          sure.value = true;
        }}
      >
        {door.remove}
      </button>
    </div>
  );
}
