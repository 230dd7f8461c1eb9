/** The result of this device's reader. */
import type { Face, UnreadReason } from '../wire/contract.ts';

/** The faces of a picture, largest first; or why there is no reading. */
export type Result =
  | { readonly faces: readonly Face[]; readonly reason?: undefined }
  | { readonly reason: UnreadReason; readonly faces?: undefined };
