/** The words of the choice of who reads, in a file of their own: they are loaded with it. */
import { type Language, language } from './language.ts';

const english = {
  legend: 'Who reads your camera',
  isReadBy: { device: 'Is read on their own device', service: 'Is read by the service' },
  service: 'Read by the service',
  device: 'Read on this device: no picture leaves your browser',
  hints: {
    service: 'Pictures go to the service, which deletes each before it reads it.',
    device:
      'Your browser fetches the same reader once (5 MB), reads by itself and sends only what it read. Your video goes to the others as before.',
  },
  loading: 'Fetching the reader',
  ready: 'This device reads.',
  failed: {
    fetch:
      'The reader could not be fetched, so nothing is read. Look at your connection and try again.',
    start: 'The reader does not start in this browser, so nothing is read. The service can read.',
  },
  again: 'Try again',
  lacks: {
    webassembly: 'This browser cannot read by itself: it has no WebAssembly with vectors.',
    canvas: 'This browser cannot read by itself: it cannot draw beside the page.',
  },
};

type WayWords = typeof english;

const arabic: WayWords = {
  legend: 'من يقرأ الكاميرا',
  isReadBy: { device: 'يُقرأ تعبيره على جهازه', service: 'تقرأ الخدمة تعبيره' },
  service: 'تقرأ الخدمة',
  device: 'القراءة على هذا الجهاز: لا تغادر أي صورة متصفحك',
  hints: {
    service: 'تُرسل الصور إلى الخدمة، وهي تحذف كل صورة قبل أن تقرأها.',
    device:
      'يجلب متصفحك القارئ نفسه مرة واحدة (5 ميغابايت)، ويقرأ بنفسه، ولا يرسل إلا ما قرأه. ويصل الفيديو إلى الآخرين كما من قبل.',
  },
  loading: 'جارٍ جلب القارئ',
  ready: 'هذا الجهاز يقرأ.',
  failed: {
    fetch: 'تعذّر جلب القارئ، فلا يُقرأ شيء. تحقق من الاتصال وحاول مرة أخرى.',
    start: 'لا يعمل القارئ في هذا المتصفح، فلا يُقرأ شيء. يمكن للخدمة أن تقرأ.',
  },
  again: 'حاول مرة أخرى',
  lacks: {
    webassembly: 'لا يستطيع هذا المتصفح القراءة بنفسه: ينقصه WebAssembly بتعليمات المتجهات.',
    canvas: 'لا يستطيع هذا المتصفح القراءة بنفسه: لا يمكنه الرسم بجانب الصفحة.',
  },
};

/** Both languages, for the test that compares them. */
const WAY_WORDS: Readonly<Record<Language, WayWords>> = { en: english, ar: arabic };

/** In the present language. */
export function wayWords(): WayWords {
  return WAY_WORDS[language.value];
}
