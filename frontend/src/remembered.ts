/** What this browser remembers between visits. Consent is not among it: it is asked every time. */

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

/** The secret that makes us the host of a room we created here. */
export function rememberedHostSecret(room: string): string | undefined {
  return read(`host:${room}`) ?? undefined;
}

export function rememberHostSecret(room: string, secret: string): void {
  write(`host:${room}`, secret);
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
