import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { forget, play } from '../parts/held-sound.ts';

/** A video element that shows a stream, or nothing, and sounds from a speaker; '' is the usual one. */
export function useStream(
  stream: MediaStream | null,
  speaker = '',
): RefObject<HTMLVideoElement | null> {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    if (element.srcObject !== stream) element.srcObject = stream;
    if (stream) void play(element);
  }, [stream]);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    // A phone call, or earphones that are taken out, may pause it; nothing else would start it again.
    const goOn = () => {
      if (element.paused && element.srcObject && !document.hidden) void play(element);
    };
    element.addEventListener('pause', goOn);
    document.addEventListener('visibilitychange', goOn);
    return () => {
      element.removeEventListener('pause', goOn);
      document.removeEventListener('visibilitychange', goOn);
      forget(element);
    };
  }, []);
  useEffect(() => {
    const element = video.current;
    // One that has just gone is replaced by the usual one, by the browser and soon by us.
    if (element && 'setSinkId' in element && element.sinkId !== speaker) {
      element.setSinkId(speaker).catch(() => undefined);
    }
  }, [speaker]);
  return video;
}
