/** What this browser remembers between visits. Consent is not among it: it is asked every time. */

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

/** Whether what is read of others is shown; it is, unless it was turned off here. */
export function rememberedShowingOthers(): boolean {
  return read('others') !== 'off';
}

export function rememberShowingOthers(shown: boolean): void {
  write('others', shown ? 'on' : 'off');
}

/** Whether screen readers are told how people look; they are unless somebody said no. */
export function rememberedAnnouncing(): boolean {
  return read('announcing') !== 'no';
}

export function rememberAnnouncing(announcing: boolean): void {
  write('announcing', announcing ? 'yes' : 'no');
}

/** The camera, microphone or speaker chosen last. */
export function rememberedDevice(role: string): string | null {
  return read(`device:${role}`);
}

export function rememberDevice(role: string, id: string): void {
  write(`device:${role}`, id);
}

/** Whether the keys of the call are on; they are unless somebody said no. */
export function rememberedShortcuts(): boolean {
  return read('shortcuts') !== 'no';
}

export function rememberShortcuts(on: boolean): void {
  write('shortcuts', on ? 'yes' : 'no');
}

/** The secret that makes us the host of a room we created here, for as long as there are rooms. */
export function rememberedHostSecret(room: string): string | undefined {
  return hosted().find((it) => it.room === room)?.secret;
}

export function rememberHostSecret(room: string, secret: string): void {
  write('hosted', JSON.stringify([...hosted(), { room, secret, since: Date.now() }]));
}

function hosted(): readonly Hosted[] {
  try {
    const all = JSON.parse(read('hosted') ?? '[]') as readonly Hosted[];
    return all.filter(({ since }) => Date.now() - since < ROOM_LIFETIME);
  } catch {
    return []; // not written by us
  }
}

// A browser may forbid storage; then nothing is remembered, and nothing else changes.
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
