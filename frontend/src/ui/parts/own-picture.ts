import type { LocalMedia } from '../../devices/local-media.ts';
import { ownPictureMirrored } from './habits.ts';

/** Whether our own picture is a mirror's: a camera that looks away from us shows what is there. */
export function isMirrored(media: LocalMedia): boolean {
  return ownPictureMirrored.value && media.facing !== 'environment';
}
