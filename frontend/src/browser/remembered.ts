/** Values that this browser remembers between visits. Consent is not one of them: each call asks for it. */

const ROOM_LIFETIME = 2 * 24 * 60 * 60_000; // ms; after a day the storage begins to forget a room

interface Hosted {
  readonly room: string;
  readonly secret: string;
  readonly since: number;
}

/** The name last used, or empty. */
export function rememberedName(): string {
  return read('name') ?? '';
}

/** Remembers the name that was used in the lobby. */
export function rememberName(name: string): void {
  write('name', name);
}

/** The language chosen in the lobby, if one was. */
export function rememberedLanguage(): string | null {
  return read('language');
}

export function rememberLanguage(language: string): void {
  write('language', language);
}

/** Whether others' readings are shown; true unless it was turned off here. */
export function rememberedShowingOthers(): boolean {
  return read('others') !== 'off';
}

export function rememberShowingOthers(shown: boolean): void {
  write('others', shown ? 'on' : 'off');
}

/** Whether screen readers announce how people look; true unless it was turned off here. */
export function rememberedAnnouncing(): boolean {
  return read('announcing') !== 'no';
}

export function rememberAnnouncing(announcing: boolean): void {
  write('announcing', announcing ? 'yes' : 'no');
}

/** The last choice of who reads our camera: the service or this device. */
export function rememberedWay(): 'service' | 'device' | null {
  const way = read('way');
  return way === 'service' || way === 'device' ? way : null;
}

export function rememberWay(way: 'service' | 'device'): void {
  write('way', way);
}

/** The id of the device chosen last for a `role` (a `DeviceRole`), or null. */
export function rememberedDevice(role: string): string | null {
  return read(`device:${role}`);
}

export function rememberDevice(role: string, id: string): void {
  write(`device:${role}`, id);
}

/** Whether the call's keys are on; true unless they were turned off here. */
export function rememberedShortcuts(): boolean {
  return read('shortcuts') !== 'no';
}

export function rememberShortcuts(on: boolean): void {
  write('shortcuts', on ? 'yes' : 'no');
}

/** Whether a habit of the call is on; true unless it was turned off here. */
export function rememberedHabit(habit: string): boolean {
  return read(`habit:${habit}`) !== 'no';
}

export function rememberHabit(habit: string, on: boolean): void {
  write(`habit:${habit}`, on ? 'yes' : 'no');
}

/** The secret that makes us the host of a room we created here; kept as long as a room can exist. */
export function rememberedHostSecret(room: string): string | undefined {
  return hosted().find((it) => it.room === room)?.secret;
}

/** Remembers the secret that makes us the host of a room which this browser created. */
export function rememberHostSecret(room: string, secret: string): void {
  write('hosted', JSON.stringify([...hosted(), { room, secret, since: Date.now() }]));
}

function hosted(): readonly Hosted[] {
  try {
    const all = JSON.parse(read('hosted') ?? '[]') as readonly Hosted[];
    // A time far ahead is of a clock that was wrong then.
    return all.filter(({ since }) => Math.abs(Date.now() - since) < ROOM_LIFETIME);
  } catch {
    return []; // another program wrote it
  }
}

// A browser may forbid storage. Then the page remembers nothing, and works otherwise.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not remembered.
  }
}
