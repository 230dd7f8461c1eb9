import type { Person } from '../../room/room.ts';
import type { Sight } from '../../room/sight.ts';
import { DEVICE } from '../../wire/contract.ts';
import { strings } from '../../words/strings.ts';
import { wayWords } from '../../words/way.ts';
import { type CallContext, devicesOf } from '../parts/call-context.ts';
import { Changing } from '../parts/changing.tsx';
import { hindranceOf } from '../parts/hindrance.ts';
import { CameraIcon, LinkIcon, MicrophoneIcon } from '../parts/icons.tsx';
import { Initials } from '../tiles/tile.tsx';
import { DoorChoice, HostActions } from './host-tools.tsx';
import { ReadingChoices } from './reading-choices.tsx';
import { WhoSeesWhat } from './who-sees-what.tsx';
import './people-panel.css';

/** Who is here, whom one hears and sees, and who is read. */
export function PeoplePanel(context: CallContext) {
  const { stay, copyLink } = context;
  const people = [...stay.room.value.people.values()];
  return (
    <>
      <p class="panel-hint">
        <Changing>{strings.call.people(people.length, stay.capacity)}</Changing>
      </p>
      {stay.provider.value && <p class="panel-hint">{strings.call.video[stay.provider.value]}</p>}
      <WhoSeesWhat {...context} />
      <DoorChoice {...context} />
      <ul class="people" aria-label={strings.call.tiles}>
        {people.map((person) => (
          <PersonRow key={person.participant} person={person} context={context} />
        ))}
      </ul>
      <button type="button" onClick={copyLink}>
        <LinkIcon />
        {strings.call.copyLink}
      </button>
    </>
  );
}

/** That somebody is read, and by whose machine where that is known. */
function readBy(sight: Sight | undefined): string {
  const { isReadBy } = wayWords();
  if (!sight?.reading) return strings.tile.isRead;
  return isReadBy[sight.reading.reader === DEVICE ? 'device' : 'service'];
}

function PersonRow({ person, context }: { person: Person; context: CallContext }) {
  const { stay } = context;
  const self = person.participant === stay.room.value.self;
  const { audio, video } = devicesOf(context, person.participant);
  const hindrance = hindranceOf(context, person);
  const { tile } = strings;
  return (
    <li class="person">
      <Initials person={person} />
      <span class="person-words">
        <span class="person-name" dir="auto" translate={false} key={person.name}>
          {self ? strings.call.you(person.name) : person.name}
        </span>
        <span class="person-state">
          <Changing>
            {(person.host ? `${strings.panel.host} · ` : '') +
              (!person.consent
                ? tile.notRead
                : hindrance
                  ? tile.hindrance[hindrance]
                  : readBy(stay.room.value.sights.get(person.participant)))}
          </Changing>
        </span>
      </span>
      {!audio && (
        <span class="person-muted" role="img" aria-label={tile.microphoneOff}>
          <MicrophoneIcon off />
        </span>
      )}
      {!video && (
        <span class="person-muted" role="img" aria-label={tile.cameraOff}>
          <CameraIcon off />
        </span>
      )}
      <ReadingChoices person={person} context={context} />
      <HostActions person={person} context={context} />
    </li>
  );
}
