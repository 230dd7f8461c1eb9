/** A room's link: the page's address with the room in the fragment, which no browser sends to a server. */
import { isRandomId } from '../wire/guards.ts';

const PREFIX = '#room=';

/** The room of a link or a bare room id; null if there is none. */
export function roomFromLink(text: string): string | null {
  const link = asItWas(text);
  const at = link.indexOf(PREFIX);
  const room = at < 0 ? link : link.slice(at + PREFIX.length);
  return isRandomId(room) ? room : null;
}

/** Whether `link` is a damaged link to a room, for example cut off. */
export function isDamagedLink(link: string): boolean {
  return asItWas(link).includes(PREFIX) && roomFromLink(link) === null;
}

/**
 * A link without what messengers and mail put into one: direction marks and other characters that
 * nobody sees, line ends, percent signs, and the punctuation of the sentence around it.
 */
function asItWas(text: string): string {
  return decoded(text)
    .replaceAll(/[\p{Cf}\s]/gu, '')
    .replace(/^[<("'«“‘]+/u, '')
    .replace(/[.,;:!?>)"'»”’…،؛؟]+$/u, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not every percent sign begins a code
  }
}

/** The link to `room` on `page`; it replaces the fragment of `page`. */
export function linkToRoom(room: string, page: string): string {
  return `${page.split('#', 1)[0]}${PREFIX}${room}`;
}
