/** Formats numbers, times and lists in a language; the browser's region decides details. */

/** The words for a count, by the language's plural forms; `other` is for all other counts. */
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

// Unicode's blocks of scripts written from right to left, with their free places.
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The formats of a language, for its strings and for all numbers and times. */
export function formatsOf(language: string, direction: 'ltr' | 'rtl' = 'ltr') {
  const ofRegion = (tag: string) => tag.split('-')[0] === language && isTag(tag);
  const locale = globalThis.navigator?.languages?.find(ofRegion) ?? language;
  const numbers = new Intl.NumberFormat(locale);
  const pairs = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 });
  const percents = new Intl.NumberFormat(locale, { style: 'percent' });
  const ages = new Intl.RelativeTimeFormat(locale, { style: 'narrow' });
  const times = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const lists = new Intl.ListFormat(locale);
  const plurals = new Intl.PluralRules(locale);
  return {
    number: (value: number) => numbers.format(value),
    /** A percentage from 0 to 100. */
    percent: (value: number) => percents.format(value / 100),
    secondsAgo: (seconds: number) => ages.format(-seconds, 'second'),
    /** The time of day. */
    time: (at: number) => times.format(at),
    /** How long something lasts: 0:05, 12:34, 1:02:03. */
    lasting: (seconds: number) => {
      const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
      const last = `:${pairs.format(seconds % 60)}`;
      if (hours === 0) return numbers.format(minutes) + last;
      return `${numbers.format(hours)}:${pairs.format(minutes)}${last}`;
    },
    /** A name, or other text in any script, in a sentence: it keeps the order of the words around it. */
    isolated: (text: string) =>
      direction === 'rtl' || RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text,
    list: (items: readonly string[]) => lists.format(items),
    plural: (count: number, forms: Forms) => forms[plurals.select(count)] ?? forms.other,
  };
}

/** Whether it is a language tag: a browser may hand on what a system was told, such as `en-US@posix`. */
function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}
