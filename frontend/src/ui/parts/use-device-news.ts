import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { LocalMedia } from '../../devices/local-media.ts';
import { strings } from '../../words/strings.ts';

/** Tells when a device of ours was exchanged for another by itself. */
export function useDeviceNews(media: LocalMedia, tell: (words: string) => void): void {
  const told = useRef(media.changed.peek());
  useSignalEffect(() => {
    const change = media.changed.value;
    if (!change || change === told.current) return;
    told.current = change;
    const words = change.back ? strings.device.isBack : strings.device.standsIn;
    tell(words[change.role](change.label));
  });
}
