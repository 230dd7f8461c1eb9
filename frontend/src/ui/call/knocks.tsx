import { isHost } from '../../room/room.ts';
import { ApiError } from '../../wire/api.ts';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { Notice } from '../parts/notice.tsx';
import { refusalWords } from '../parts/refusal.ts';

/** Shows hosts who waits at the door, whichever panel is open. */
export function Knocks({ stay, toast }: Pick<CallContext, 'stay' | 'toast'>) {
  const room = stay.room.value;
  if (!isHost(room)) return null;
  const answer = async (participant: string, admit: boolean) => {
    try {
      await stay.hosting.answerKnock(participant, admit);
    } catch (error) {
      toast(refusalWords(error instanceof ApiError ? error : null));
    }
  };
  return (
    <>
      {[...room.door.waiting.values()].map(({ participant, name }) => (
        <Notice
          key={participant}
          alert
          words={strings.door.knocks(name)}
          actions={[
            {
              words: strings.door.letIn,
              name: strings.door.letInNamed(name),
              act: () => void answer(participant, true),
            },
            {
              words: strings.door.refuse,
              name: strings.door.refuseNamed(name),
              act: () => void answer(participant, false),
            },
          ]}
        />
      ))}
    </>
  );
}
