import type { Person } from '../room.ts';
import { strings } from '../strings.ts';
import { type CallContext, devicesOf } from './call-context.ts';
import { CameraIcon, LinkIcon, MicrophoneIcon } from './icons.tsx';
import { ReadingChoices } from './reading-choices.tsx';
import { Initials } from './tile.tsx';
import { WhoSeesWhat } from './who-sees-what.tsx';
import './people-panel.css';

/** Who is here, whom one hears and sees, and who is read. */
export function PeoplePanel(context: CallContext) {
  const { session, copyLink } = context;
  const people = [...session.room.value.people.values()];
  return (
    <>
      <p class="panel-hint">{strings.call.people(people.length, session.capacity)}</p>
      <WhoSeesWhat {...context} />
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

function PersonRow({ person, context }: { person: Person; context: CallContext }) {
  const { session } = context;
  const self = person.participant === session.room.value.self;
  const { audio, video } = devicesOf(context, person.participant);
  const { tile } = strings;
  return (
    <li class="person">
      <Initials person={person} />
      <span class="person-words">
        <span class="person-name">{self ? strings.call.you(person.name) : person.name}</span>
        <span class="person-state">
          {self && session.host && `${strings.panel.host} · `}
          {person.consent ? tile.isRead : tile.notRead}
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
    </li>
  );
}
