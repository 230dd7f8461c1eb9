import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A video element that shows a stream, or nothing. */
export function useStream(stream: MediaStream | null): RefObject<HTMLVideoElement | null> {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    if (element.srcObject !== stream) element.srcObject = stream;
    // Autoplay of sound needs a gesture; joining was one. A page restored without one stays mute.
    if (stream) element.play().catch(() => undefined);
  }, [stream]);
  return video;
}
