/** The functions' rules for names (`functions/names.py`), so that the lobby can say what is wrong. */
import { NAME_MAX_LENGTH } from './contract.ts';

// functions/names.py gives the reason of each.
const UNSEEN =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is meant by itself
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffc\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e001f}\u{e0080}-\u{e00ff}\u{e01f0}-\u{e0fff}]/u;
const CONTEXTUAL =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is meant by itself
  /[\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\u{13430}-\u{1343f}\u{e0020}-\u{e007f}\u{e0100}-\u{e01ef}]/u;
const UNCHANGED = /[ A-Za-z]/;
const BLANK = /[\u2800\u{13441}\u{13442}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python takes them for white space
const WHITE_SPACE = /[\s\x1c-\x1f\x85]+/u;
const REFUSED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a pasted name may hold them
  /[\x00-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\u{f0000}-\u{10ffff}]/u;

/** A name as the room will have it, or what is wrong with it. */
export type NameJudgement =
  | { readonly name: string }
  | { readonly problem: 'missing' }
  | { readonly problem: 'too-long'; readonly characters: number }
  | {
      readonly problem: 'character';
      /** In Unicode's notation: `U+0007`. */
      readonly character: string;
      /** Its position in the text, from 1. */
      readonly position: number;
    };

/** Checks the text that somebody wrote as their name. */
export function judgeName(text: string): NameJudgement {
  const name = cleanName(text);
  const characters = [...name];
  if (!characters.some(isSeen)) return { problem: 'missing' };
  if (characters.length > NAME_MAX_LENGTH) {
    return { problem: 'too-long', characters: characters.length };
  }
  const refused = characters.find(isRefused);
  if (refused === undefined) return { name };
  const number = refused.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  const position = [...text].indexOf(refused) + 1;
  return { problem: 'character', character: `U+${number}`, position };
}

/** The text without invisible characters; blanks are single, none at the ends. */
function cleanName(text: string): string {
  const kept: string[] = [];
  for (const character of text.replace(BLANK, ' ')) {
    if (UNSEEN.test(character)) continue;
    const before = kept.at(-1) ?? ' ';
    const idle = before === character || UNCHANGED.test(before);
    if (!(idle && CONTEXTUAL.test(character))) kept.push(character);
  }
  return kept
    .join('')
    .split(WHITE_SPACE)
    .filter((word) => word !== '')
    .join(' ');
}

function isSeen(character: string): boolean {
  return !/[\p{M}\p{Z}]/u.test(character) && !CONTEXTUAL.test(character);
}

function isRefused(character: string): boolean {
  const noncharacter = ((character.codePointAt(0) ?? 0) & 0xfffe) === 0xfffe;
  return noncharacter || REFUSED.test(character);
}
