import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LocalMedia } from '../../devices/local-media.ts';
import { strings } from '../../words/strings.ts';
import { Notice } from '../parts/notice.tsx';
import { useLevel } from '../parts/use-microphone-level.ts';
import { MutedTalk } from './muted-talk.ts';

const SHOWN = 10_000; // ms

/** Tells a person who talks while muted that no one hears them. The measured level never leaves the page. */
export function TalkingWhileMuted({ media }: { media: LocalMedia }) {
  const { track, on, problem } = media.microphone.value;
  const muted = track !== null && !on && problem === null;
  const told = useSignal(false);
  const hide = useRef<ReturnType<typeof setTimeout>>(undefined);
  const notice = useRef<HTMLDivElement>(null);
  const heed = useMemo(() => {
    const talk = new MutedTalk();
    return (level: number) => {
      if (!talk.hears(level, performance.now())) return;
      told.value = true;
      clearTimeout(hide.current);
      hide.current = setTimeout(() => {
        // Not from under somebody's focus.
        if (!notice.current?.contains(document.activeElement)) told.value = false;
      }, SHOWN);
    };
  }, [told]);
  useEffect(() => {
    if (!muted) told.value = false;
  }, [muted, told]);
  useEffect(() => () => clearTimeout(hide.current), []);
  useLevel(useEar(muted ? track : null), heed);
  if (!muted || !told.value) return null;
  return (
    <Notice
      alert
      box={notice}
      words={strings.habits.talking}
      actions={[
        { words: strings.device.unmuteMicrophone, act: () => void media.setMicrophone(true) },
      ]}
      onDismiss={() => {
        told.value = false;
      }}
    />
  );
}

/** A second track of a muted microphone, to be measured: the first one is silent, and stays so. */
function useEar(muted: MediaStreamTrack | null): MediaStreamTrack | null {
  const [ear, setEar] = useState<MediaStreamTrack | null>(null);
  useEffect(() => {
    const copy = muted?.clone() ?? null;
    if (copy) copy.enabled = true;
    setEar(copy);
    return () => copy?.stop();
  }, [muted]);
  return ear;
}
