import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

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
    // Autoplay of sound needs a gesture; joining was one. A page restored without one stays mute.
    if (stream) element.play().catch(() => undefined);
  }, [stream]);
  useEffect(() => {
    const element = video.current;
    // One that has just gone is replaced by the usual one, by the browser and soon by us.
    if (element && 'setSinkId' in element && element.sinkId !== speaker) {
      element.setSinkId(speaker).catch(() => undefined);
    }
  }, [speaker]);
  return video;
}
