/** The page's language: the last choice here, else the first of the browser's languages that the page has. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { rememberedLanguage, rememberLanguage } from '../browser/remembered.ts';
import { english, type Strings, speak } from './strings.ts';

interface LanguageEntry {
  /** What its speakers call it. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** Its words; all but English are loaded at the first use. */
  readonly load: () => Promise<Strings>;
}

export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr', load: async () => english },
  ar: {
    name: 'العربية',
    direction: 'rtl',
    load: async () => (await import('./strings.ar.ts')).arabic,
  },
} as const satisfies Readonly<Record<string, LanguageEntry>>;

export type Language = keyof typeof LANGUAGES;

const current = signal<Language>('en');

/** The language spoken now. */
export const language: ReadonlySignal<Language> = current;

/** Uses the earlier choice, else the browser's language, else English. */
export async function openLanguage(): Promise<void> {
  const wishes = [rememberedLanguage(), ...navigator.languages];
  // Without its words the page still speaks English.
  await change(preferredOf(wishes)).catch(() => undefined);
}

/** Uses this language from now on, and at the next visit; rejects if its words cannot be loaded. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  await change(chosen);
  rememberLanguage(chosen);
}

/** The first of these language tags that the page speaks. */
export function preferredOf(wishes: readonly (string | null)[]): Language {
  const bases = wishes.map((tag) => tag?.split('-')[0]?.toLowerCase());
  return bases.find(isLanguage) ?? 'en';
}

export function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && Object.hasOwn(LANGUAGES, text);
}

async function change(to: Language): Promise<void> {
  const { load, direction } = LANGUAGES[to];
  speak(await load());
  current.value = to;
  document.documentElement.lang = to;
  document.documentElement.dir = direction;
}
