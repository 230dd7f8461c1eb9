/** A room's link: the page with the room in the fragment, which browsers send to no server. */
import { isRandomId } from './contract.ts';

const PREFIX = '#room=';

/** The room a link, or a bare room id, leads to; null when it leads to none. */
export function roomFromLink(text: string): string | null {
  const trimmed = text.trim();
  const at = trimmed.indexOf(PREFIX);
  const room = at < 0 ? trimmed : trimmed.slice(at + PREFIX.length);
  return isRandomId(room) ? room : null;
}

/** Whether `link` means to lead to a room and cannot: it was cut off, or changed on its way. */
export function isDamagedLink(link: string): boolean {
  return link.includes(PREFIX) && roomFromLink(link) === null;
}

/** The link that leads to `room` from `page`, whatever fragment `page` has now. */
export function linkToRoom(room: string, page: string): string {
  return `${page.split('#', 1)[0]}${PREFIX}${room}`;
}
