/** Small habits of every call; it begins without them. */
import { useSignalEffect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { now } from '../../time/page-time.ts';
import { strings } from '../../words/strings.ts';
import type { CallProps } from '../parts/call-context.ts';
import { soundsOn } from '../parts/habits.ts';
import { soundHeldBack, turnSoundOn } from '../parts/held-sound.ts';
import { Notice } from '../parts/notice.tsx';
import { ComingsHeard, playComing } from './comings-sound.ts';
import { useKeptFocus } from './kept-focus.ts';
import { keepScreenOn } from './screen-on.ts';
import { TalkingWhileMuted } from './talking-while-muted.tsx';

/** What they have to say, above the tiles. */
export function Habits({ stay, media }: CallProps) {
  useEffect(keepScreenOn, []);
  useKeptFocus();
  const heard = useMemo(() => new ComingsHeard(), []);
  useSignalEffect(() => {
    const coming = heard.follow(stay.room.value, now());
    if (coming && soundsOn.peek()) void playComing(coming, media.devices.speaker.peek());
  });
  return (
    <>
      {soundHeldBack.value && (
        <Notice
          alert
          words={strings.habits.soundHeldBack}
          actions={[{ words: strings.habits.turnSoundOn, act: () => void turnSoundOn() }]}
        />
      )}
      <TalkingWhileMuted media={media} />
    </>
  );
}
