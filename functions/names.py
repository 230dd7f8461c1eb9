"""The names that people may have in a room.

Invisible characters are removed, so that a name pasted from contacts, a PDF or Word is the name it
looks like. No table of known characters decides about the rest: Python's table is years older than
the emoji people write. Unicode will never change the ranges below: the default-ignorable characters
(DerivedCoreProperties.txt, with those reserved for later), private use, surrogates and
noncharacters. The page has the same rules (`names.ts`); `tests/contract/names.json` tests both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from itertools import count
from typing import Any

from functions.contract import NAME_MAX_LENGTH, ApiError

# Always invisible: the default-ignorable characters except the contextual ones below, marks of
# annotations and embedded objects, a note head without a head.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d159"
    "\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]"
)
# Visible only through the character before them: joiners (Persian, Indic scripts, composed emoji),
# variation selectors (emoji, Mongolian, Han characters of Japanese names), the tags of flags, what
# arranges hieroglyphs.
_CONTEXTUAL = re.compile(
    "[\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U00013430-\U0001343f"
    "\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
_UNCHANGED = re.compile("[ A-Za-z]")  # no contextual character changes these
# Braille without a dot, blank hieroglyphs; Python does not take them for white space.
_BLANK = re.compile("[\u2800\U00013441\U00013442]")
_REFUSED = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff]"
)
# Letters that look like Latin ones, and those: Latin, Greek, Cyrillic, Armenian, then I, 1, |, 0;
# from https://www.unicode.org/Public/security/latest/confusables.txt (UTS #39).
_TO_LATIN = str.maketrans(
    "\u0131\u0251\u0261\u0269\u028b\u028f\u1d04\u1d0f\u1d1c\u1d20\u1d21\u1d22\ua731"
    "\u037f\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u03b1\u03b3\u03b9\u03bd\u03bf\u03c1\u03c3\u03c5\u03f2\u03f3\u03f9"
    "\u0405\u0406\u0408\u0410\u0412\u0415\u0417\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423"
    "\u0425\u042c\u0430\u0431\u0433\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u0461"
    "\u0474\u0475\u04ae\u04af\u04bb\u04c0\u04cf\u0501\u050c\u051b\u051c\u051d"
    "\u054d\u054f\u0555\u0561\u0563\u0566\u0570\u0578\u057c\u057d\u0581\u0585"
    "I1|0",
    "iagiuycouvwzs"
    "JABEZHlKMNOPTYXayivopoucjC"  # pragma: allowlist secret
    "SlJABE3KMHOPCTYXba6reopcyxsijwVvYyhlldGqWw"  # pragma: allowlist secret
    "USOwqqhnnugo"
    "lllO",
)


def participant_name(body: Mapping[str, Any]) -> str:
    """The name at `name`, without invisible characters: one line, 1 to 60 characters.

    Raises:
        ApiError: 400 `invalid-name`; the message says what is wrong.
    """
    value = body.get("name")
    name = clean_name(value) if isinstance(value, str) else ""
    if not _is_seen(name):
        raise _refusal("send a name of which something can be seen")
    if len(name) > NAME_MAX_LENGTH:
        raise _refusal(f"{len(name)} characters are too many; send at most {NAME_MAX_LENGTH}")
    for character in name:
        if _REFUSED.match(character) or ord(character) & 0xFFFE == 0xFFFE:
            raise _refusal(f"the character U+{ord(character):04X} cannot be shown; leave it out")
    return name


def clean_name(text: str) -> str:
    """`text` without invisible characters; blanks are single, none at the ends."""
    kept: list[str] = []
    for character in _BLANK.sub(" ", text):
        if _UNSEEN.match(character):
            continue
        before = kept[-1] if kept else " "
        idle = before == character or _UNCHANGED.match(before)
        if not (idle and _CONTEXTUAL.match(character)):
            kept.append(character)
    return " ".join("".join(kept).split())


def distinct_name(name: str, others: Collection[str]) -> str:
    """`name`, with a number behind it if one of `others` is, or looks, the same."""
    taken = {look for other in others for look in _looks(other)}
    candidates = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(candidate for candidate in candidates if taken.isdisjoint(_looks(candidate)))


def _looks(name: str) -> set[str]:
    """The name without regard to capitals: as it is written, and as it looks in Latin letters."""
    written = unicodedata.normalize("NFKD", _CONTEXTUAL.sub("", name))
    return {written.casefold(), written.translate(_TO_LATIN).casefold()}


def _is_seen(name: str) -> bool:
    """Whether more is left than blanks, and marks without a letter to stand on."""
    return any(
        unicodedata.category(character)[0] not in "MZ" and not _CONTEXTUAL.match(character)
        for character in name
    )


def _refusal(words: str) -> ApiError:
    return ApiError(400, "invalid-name", f"name: {words}.")
