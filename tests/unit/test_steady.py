"""`make test-steady` names the tests whose results differ or fail."""

from __future__ import annotations

from tests.steady import Run, unsteady

GOOD = Run("all cores", 1, 9.0, {"a": "passed", "b": "passed", "c": "skipped"})


def test_what_always_says_the_same_good_thing_is_steady() -> None:
    """A test that always passes, or is always skipped, is steady."""
    assert unsteady([GOOD, GOOD]) == {}


def test_what_differs_once_is_named_with_conditions_and_seed() -> None:
    """A test that failed, was skipped or is missing in one run is named with the run."""
    other = Run("one core", 2, 9.0, {"a": "failed", "c": "passed"})
    assert unsteady([GOOD, other]) == {
        "a": ["failed: one core, seed 2", "passed: all cores, seed 1"],
        "b": ["missing: one core, seed 2", "passed: all cores, seed 1"],
        "c": ["passed: one core, seed 2", "skipped: all cores, seed 1"],
    }


def test_what_always_fails_is_named_as_well() -> None:
    """A test that always fails is named, too."""
    bad = Run("beside a load", 3, 9.0, {"a": "error"})
    assert unsteady([bad, bad]) == {
        "a": ["error: beside a load, seed 3; beside a load, seed 3"],
    }
