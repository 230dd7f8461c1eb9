// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expressionSigns } from './expressions.ts';
import { formatsOf } from './formats.ts';
import { chooseLanguage, language, openLanguage, preferredOf } from './language.ts';
import { arabic } from './strings.ar.ts';
import { english, strings } from './strings.ts';

/** Every key that leads to words, as a path. */
function paths(words: object, above = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'object' ? paths(value, `${above}${key}.`) : `${above}${key}`,
  );
}

describe('the preferred language', () => {
  it.each([
    [['ar-EG', 'en-GB'], 'ar'],
    [['de-DE', 'ar', 'en'], 'ar'],
    [['AR'], 'ar'],
    [['en-GB', 'ar'], 'en'],
    [['de', 'constructor'], 'en'],
    [[null, 'ar'], 'ar'],
    [[], 'en'],
  ] as const)('of %j is %s', (wishes, preferred) => {
    expect(preferredOf(wishes)).toBe(preferred);
  });
});

describe('the page', () => {
  beforeEach(() => vi.stubGlobal('navigator', { languages: ['ar-EG', 'en'] }));
  afterEach(async () => {
    await chooseLanguage('en');
    localStorage.clear();
    vi.unstubAllGlobals();
  });

  it("speaks the browser's language, in its direction", async () => {
    await openLanguage();
    expect(strings.lobby.join).toBe(arabic.lobby.join);
    expect(expressionSigns.happiness.word).toBe(arabic.expressions.happiness);
    expect(document.documentElement.lang).toBe('ar');
    expect(document.documentElement.dir).toBe('rtl');
  });

  it('speaks at the next visit what was chosen', async () => {
    await openLanguage();
    await chooseLanguage('en');
    await openLanguage();
    expect(language.value).toBe('en');
    expect(strings.lobby.join).toBe(english.lobby.join);
    expect(document.documentElement.dir).toBe('ltr');
  });
});

describe('the formats', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    [['en-US@posix', 'en-GB'], '15:00:00'],
    [['en-US@posix'], '3:00:00'],
    [['en_US'], '3:00:00'],
  ])('are of the first region that is one: %j', (languages, time) => {
    vi.stubGlobal('navigator', { languages });
    expect(formatsOf('en').time(new Date(2026, 0, 1, 15).getTime())).toContain(time);
  });
});

describe('how long something lasts', () => {
  it.each([
    [5, '0:05'],
    [754, '12:34'],
    [3_723, '1:02:03'],
  ])('%i s are %s', (seconds, words) => {
    expect(english.format.lasting(seconds)).toBe(words);
  });
});

describe('Arabic', () => {
  it('is really said in Arabic, wherever there are words', () => {
    const latin = (text: unknown) => typeof text === 'string' && /^[\p{ASCII}…]*$/u.test(text);
    const untranslated = paths(arabic).filter((path) => {
      const keys = path.split('.');
      const text = keys.reduce<unknown>(
        (words, key) => (words as Record<string, unknown>)[key],
        arabic,
      );
      return latin(text);
    });
    expect(untranslated).toEqual(['product']);
    expect(paths(arabic)).toEqual(paths(english));
  });

  it('counts in its own plural forms', () => {
    expect(arabic.call.people(1, 6)).toMatch(/أشخاص/);
    expect(arabic.call.people(1, 20)).toMatch(/شخصًا/);
  });

  it('keeps the direction of a name to the name', () => {
    expect(arabic.notice.joined('Zoë')).toBe('انضم \u2068Zoë\u2069.');
  });
});
