import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { AudioLevel, SpeakingGate } from '../../devices/audio-level.ts';

const INTERVAL = 100; // ms

/** Calls `heed` with how loud a track is, some times a second; with 0 while there is none. */
export function useLevel(track: MediaStreamTrack | null, heed: (level: number) => void): void {
  useEffect(() => {
    heed(0);
    if (!track || typeof AudioContext === 'undefined') return;
    const level = new AudioLevel(track);
    const interval = setInterval(() => heed(level.level), INTERVAL);
    const resume = () => level.resume();
    addEventListener('pointerdown', resume);
    addEventListener('keydown', resume);
    return () => {
      removeEventListener('pointerdown', resume);
      removeEventListener('keydown', resume);
      clearInterval(interval);
      level.close();
    };
  }, [track, heed]);
}

/** How loud a track is, between 0 and 1. */
export function useMicrophoneLevel(track: MediaStreamTrack | null): ReadonlySignal<number> {
  const level = useSignal(0);
  const heed = useMemo(
    () => (heard: number) => {
      level.value = heard;
    },
    [level],
  );
  useLevel(track, heed);
  return level;
}

/** Whether somebody speaks into a track. */
export function useSpeaking(track: MediaStreamTrack | null): ReadonlySignal<boolean> {
  const speaking = useSignal(false);
  const heed = useMemo(() => {
    const gate = new SpeakingGate();
    return (level: number) => {
      speaking.value = gate.speaks(level, performance.now());
    };
  }, [speaking]);
  useLevel(track, heed);
  return speaking;
}
