import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Demonstration } from '../../stay/demonstration.ts';
import { strings } from '../../words/strings.ts';
import { Habits } from '../habits/habits.tsx';
import type { CallContext } from '../parts/call-context.ts';
import { leaveFullScreen, offersFullScreen, toggleFullScreen } from '../parts/full-screen.ts';
import { CloseIcon, FullScreenIcon, SmallWindowIcon } from '../parts/icons.tsx';
import { Company, type Demonstrate } from './company.tsx';
import { useDoorNews } from './door-news.ts';
import { Knocks } from './knocks.tsx';
import { useRoomNews } from './room-news.ts';
import { WiderConsent } from './wider-consent.tsx';
import './beside.css';

export interface LaterProps {
  readonly context: CallContext;
  /** Adds a demonstration participant; null where this page offers none. */
  readonly demonstrate: Demonstrate | null;
}

/** What a call begins without, and has a moment later: the door, company, the habits of every call. */
export function Later({ context, demonstrate }: LaterProps) {
  const { stay, media, toast, menu } = context;
  useDoorNews(stay, toast);
  useRoomNews(stay, toast);
  const demonstration = useSignal<Demonstration | null>(null);
  const fullScreen = useFullScreen();
  useSignalEffect(() => {
    const { habits, demonstration: words } = strings;
    const shown = demonstration.value;
    menu.value = [
      ...('documentPictureInPicture' in globalThis
        ? [
            {
              words: strings.call.smallWindow,
              Icon: SmallWindowIcon,
              act: () => {
                import('./small-window.ts')
                  .then(({ openSmallWindow }) => openSmallWindow(context))
                  .catch(() => toast(strings.call.noSmallWindow));
              },
            },
          ]
        : []),
      ...(offersFullScreen()
        ? [
            {
              words: fullScreen.value ? habits.leaveFullScreen : habits.fullScreen,
              Icon: FullScreenIcon,
              act: toggleFullScreen,
            },
          ]
        : []),
      ...(shown ? [{ words: words.remove, Icon: CloseIcon, act: () => shown.stop() }] : []),
    ];
  });
  return (
    <>
      <div class="notices">
        <Knocks stay={stay} toast={toast} />
        <WiderConsent stay={stay} />
        <Habits stay={stay} media={media} />
      </div>
      <Company context={context} demonstrate={demonstrate} demonstration={demonstration} />
    </>
  );
}

/** Whether the call has the whole screen; with the call that ends, too. */
function useFullScreen() {
  const full = useSignal(document.fullscreenElement != null);
  useEffect(() => {
    const follow = () => {
      full.value = document.fullscreenElement != null;
    };
    document.addEventListener('fullscreenchange', follow);
    return () => {
      document.removeEventListener('fullscreenchange', follow);
      leaveFullScreen();
    };
  }, [full]);
  return full;
}
