"""The embedded reader's golden vectors are up to date."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from functions.reader.embedded import EmbeddedReader
from tests.golden import COUNT, read
from tests.reader_pictures import picture, recipes, vectors

SCORE, PIXEL = 0.015, 1.0  # processors differ in the last digits of 8-bit arithmetic
VECTORS = vectors()
# The photographs and kinds, and of the others what a few seconds allow.
SOME = [vector for at, vector in enumerate(VECTORS) if at < 11 or at % 20 == 0]


@cache
def _reader() -> EmbeddedReader:
    return EmbeddedReader()


def _differs(vector: Mapping[str, Any]) -> str | None:
    now = read(_reader(), picture(vector["recipe"]))
    faces, before = now.get("faces", []), vector.get("faces", [])
    if now.get("reason") != vector.get("reason") or len(faces) != len(before):
        return f"{vector['recipe']}: {now}"
    for face, former in zip(faces, before, strict=True):
        near = all(
            abs(one - other) <= bound
            for part, bound in (("box", PIXEL), ("scores", SCORE))
            for one, other in zip(face[part], former[part], strict=True)
        )
        if not near or face["unsure"] != former["unsure"]:
            return f"{vector['recipe']}: {face} in place of {former}"
    return None


def test_the_golden_vectors_are_those_of_the_recipes() -> None:
    """The stored pictures are those that `make golden` would write."""
    assert [vector["recipe"] for vector in VECTORS] == list(recipes(COUNT))


def test_the_golden_vectors_are_what_is_read_now() -> None:
    """The reader's results for a part of the vectors are the stored ones."""
    assert [wrong for wrong in map(_differs, SOME) if wrong] == []


@pytest.mark.long
def test_all_golden_vectors_are_what_is_read_now() -> None:
    """The reader's results for all vectors are the stored ones."""
    assert [wrong for wrong in map(_differs, VECTORS) if wrong] == []
