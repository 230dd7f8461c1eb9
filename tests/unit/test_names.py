"""Names of all scripts are accepted, without their invisible characters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from functions.contract import ApiError
from functions.names import distinct_name, participant_name

CASES = json.loads((Path(__file__).parents[1] / "contract" / "names.json").read_text())


@pytest.mark.parametrize(("sent", "kept"), CASES["kept"] + [["x" * 60, "x" * 60]])
def test_names_of_all_scripts_are_taken(sent: str, kept: str) -> None:
    """A name is trimmed and keeps the characters that join or vary others."""
    assert participant_name({"name": sent}) == kept


@pytest.mark.parametrize(("sent", "kept"), CASES["cleaned"])
def test_what_nobody_sees_is_taken_out(sent: str, kept: str) -> None:
    """Direction marks, fillers and joiners are removed from a name."""
    assert participant_name({"name": sent}) == kept


@pytest.mark.parametrize("sent", [None, 7, *CASES["unseen"]])
def test_a_name_of_nothing_is_refused(sent: object) -> None:
    """A name that shows nothing is refused with a reason."""
    with pytest.raises(ApiError, match="something can be seen") as caught:
        participant_name({"name": sent})
    assert (caught.value.status, caught.value.code) == (400, "invalid-name")


@pytest.mark.parametrize(("sent", "character"), CASES["refused"])
def test_the_character_that_is_the_trouble_is_named(sent: str, character: str) -> None:
    """The error gives the number of a character that cannot be shown."""
    with pytest.raises(ApiError, match=rf"{character.replace('+', '[+]')} ") as caught:
        participant_name({"name": sent})
    assert (caught.value.status, caught.value.code) == (400, "invalid-name")


def test_a_name_that_is_too_long_says_by_how_much() -> None:
    """The error has the name's length and the limit, both in characters."""
    assert participant_name({"name": "👩" * 60}) == "👩" * 60
    with pytest.raises(ApiError, match=r"61 characters.* 60"):
        participant_name({"name": "👩" * 61})


def test_two_people_of_one_name_can_be_told_apart() -> None:
    """A name that is taken, or only looks like a taken one, gets a number."""
    assert distinct_name("Ada", ["Zoë"]) == "Ada"
    assert distinct_name("Ada", ["Zoë", "Ada"]) == "Ada (2)"
    assert distinct_name("Ada", ["Ada", "Ada (2)"]) == "Ada (3)"
    assert distinct_name("ada", ["Ada"]) == "ada (2)"
    assert distinct_name("Zoe\u0308", ["Zoë"]) == "Zoe\u0308 (2)"
    assert distinct_name("Ada (2)", ["Ada", "Ada (2)"]) == "Ada (2) (2)"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("\u0410d\u0430", "Ada"),  # Cyrillic А and а
        ("\u0391da", "Ada"),  # Greek Α
        ("Zo\u0451", "Zoë"),  # Cyrillic ё
        ("AI", "Al"),
        ("\u0410\u041d\u041d\u0410", "AHHA"),  # Cyrillic АННА
        ("\u0430\u043d\u043d\u0430", "\u0410\u041d\u041d\u0410"),  # анна, АННА
        ("R0b", "Rob"),
    ],
)
def test_letters_of_another_script_make_no_other_name(name: str, other: str) -> None:
    """Names that only a computer tells apart are told apart by a number, whoever was first."""
    assert distinct_name(name, [other]) == f"{name} (2)"
    assert distinct_name(other, [name]) == f"{other} (2)"


def test_names_in_one_script_that_differ_to_the_eye_stay() -> None:
    """Names of other scripts get no number because of the letters they share with Latin."""
    names = [
        "\u0410\u043d\u043d\u0430",
        "\u0418\u0432\u0430\u043d",
        "\u039d\u03af\u03ba\u03bf\u03c2",
        "Anna",
        "Ivan",
        "Nikos",
    ]
    for number, name in enumerate(names):
        assert distinct_name(name, names[:number]) == name
