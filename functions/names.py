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
    taken = {_looks(other) for other in others}
    candidates = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(candidate for candidate in candidates if _looks(candidate) not in taken)


def _looks(name: str) -> str:
    return unicodedata.normalize("NFKC", _CONTEXTUAL.sub("", name)).casefold()


def _is_seen(name: str) -> bool:
    """Whether more is left than blanks, and marks without a letter to stand on."""
    return any(
        unicodedata.category(character)[0] not in "MZ" and not _CONTEXTUAL.match(character)
        for character in name
    )


def _refusal(words: str) -> ApiError:
    return ApiError(400, "invalid-name", f"name: {words}.")
