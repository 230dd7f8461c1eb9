/** Numbers, times and lists as a language writes them; the browser's region decides where it matters. */

/** The words for a count, by the plural forms of the language; `other` serves where none fits better. */
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** The formats of a language, for its strings and for whatever shows numbers or times. */
export function formatsOf(language: string) {
  const ofRegion = (tag: string) => tag.split('-')[0] === language;
  const locale = globalThis.navigator?.languages?.find(ofRegion) ?? language;
  const numbers = new Intl.NumberFormat(locale);
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
    list: (items: readonly string[]) => lists.format(items),
    plural: (count: number, forms: Forms) => forms[plurals.select(count)] ?? forms.other,
  };
}
