"""The page's own filter counts the changes that people see."""

from __future__ import annotations

from typing import Any

import pytest

from bench.flicker import SECONDS, Look, played
from functions.contract import Box, Expression, Face


def face(expression: Expression) -> dict[str, Any]:
    """A face that looks surely like this, as the service sends it."""
    scores = {e: 0.86 if e is expression else 0.02 for e in Expression}
    return Face(Box(0.3, 0.3, 0.2, 0.3), scores).to_json()


CALM, SMILE = face(Expression.NEUTRAL), face(Expression.HAPPINESS)
BLIP = [(0.0, CALM), (10.0, SMILE), (10.2, CALM)]
ONCE = [(0.0, CALM), (10.0, SMILE)]


@pytest.mark.parametrize(
    ("looks", "changes", "more_frames"),
    [([(0.0, CALM)], 0, False), (BLIP, 0, True), (ONCE, 1, True)],
    ids=["nothing", "a blip", "a smile"],
)
def test_only_what_lasts_is_a_change(
    looks: list[tuple[float, dict[str, Any]]], changes: float, more_frames: bool
) -> None:
    """A smile of one moment never shows, one that stays shows once; both cost a frame more."""
    sequence: list[Look] = [{"at": at, "face": seen} for at, seen in looks]
    table = played([sequence])
    assert {table[pace]["changes"] for pace in ("late", "soon")} == {changes * 60 / SECONDS}
    assert (table["soon"]["frames"] > table["late"]["frames"]) is more_frames
