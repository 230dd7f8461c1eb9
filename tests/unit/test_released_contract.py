"""Pages of the last release work with these functions, and these pages with theirs.

`tests/contract/released` holds the examples as they were at the last release (before the first one:
as they are to be in it). A deployment changes functions and page minutes apart, and an open page
goes on for the length of a call. `contract.test.ts` reads the same examples with today's guards.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.unit.test_openapi import DOCUMENT, operations, resolved

CONTRACT = Path(__file__).parents[1] / "contract"
RELEASED: dict[str, Any] = json.loads((CONTRACT / "released" / "http.json").read_text("utf-8"))
TODAY: dict[str, Any] = json.loads((CONTRACT / "http.json").read_text("utf-8"))
MESSAGES = {
    name: json.loads((folder / "messages.json").read_text("utf-8"))
    for name, folder in (("released", CONTRACT / "released"), ("today", CONTRACT))
}
ROUTES = [route for route in RELEASED if not route.startswith("error")]


def _holds(today: object, released: object) -> bool:
    """Whether everything of the released JSON is there, of the same type; more may be."""
    if isinstance(released, dict):
        return isinstance(today, dict) and all(
            key in today and _holds(today[key], value) for key, value in released.items()
        )
    if isinstance(released, list):
        return isinstance(today, list) and (
            not released or (bool(today) and _holds(today[0], released[0]))
        )
    return type(today) is type(released)


@pytest.mark.parametrize("route", ROUTES)
def test_what_a_released_page_asks_is_still_taken(route: str) -> None:
    """Each route of the last release exists, and needs no new field."""
    method, path = route.split(" (", maxsplit=1)[0].split(" ")
    (operation,) = [op for m, p, op in operations() if (m, p) == (method, path)]
    content = resolved(operation.get("requestBody", {"content": {}}))["content"]
    if content:
        schema = content["application/json"]["schema"] | {"components": DOCUMENT["components"]}
        jsonschema_rs.validate(schema, RELEASED[route]["request"])


@pytest.mark.parametrize("route", RELEASED)
def test_a_released_page_finds_what_it_reads_of_an_answer(route: str) -> None:
    """Each answer keeps its status and every former field with its type."""
    assert TODAY[route]["status"] == RELEASED[route]["status"]
    assert _holds(TODAY[route]["response"], RELEASED[route]["response"])


@pytest.mark.parametrize("target", MESSAGES["released"])
def test_a_released_page_finds_what_it_reads_of_a_message(target: str) -> None:
    """Each message is still sent, with every former field."""
    assert _holds(MESSAGES["today"][target], MESSAGES["released"][target])


def test_a_field_that_goes_or_changes_is_noticed() -> None:
    """The comparison accepts new fields, and finds removed and changed ones."""
    assert _holds({"a": 1, "b": [{"c": "x", "d": 1}]}, {"a": 2, "b": [{"c": "y"}]})
    assert not _holds({"b": [{"c": "x"}]}, {"a": 2})
    assert not _holds({"a": "2"}, {"a": 2})
    assert not _holds({"b": [{}]}, {"b": [{"c": "y"}]})
