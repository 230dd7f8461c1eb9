"""The page at another origin than its functions, as on Azure: no call needs one origin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from functions.contract import Expression
from tests.browser.conftest import UNHURRIED, Person, assert_no_frame_is_left
from tests.other_origin import page_elsewhere
from tests.waiting import until


def test_a_call_from_another_origin(tmp_path: Path, person: Callable[..., Person]) -> None:
    """The requests of joining, reading, withdrawing and leaving pass their preflights."""
    app = "tests.browser.scripted_app:app"
    with page_elsewhere(tmp_path, app=app, settings=UNHURRIED) as (stack, page):
        ada, zoe = person("Ada"), person("Zoë")
        ada.join(page, live=True)
        zoe.join(ada.link)
        ada.look(Expression.HAPPINESS)
        zoe.sees(ada, "happiness")
        ada.switch("Read my expression").set_checked(False)
        expect(zoe.badges(ada)).to_have_count(0)
        ada.switch("Read my expression").set_checked(True)
        ada.look(Expression.SURPRISE)
        zoe.sees(ada, "surprise")
        # Every picture is asked for first: each has an address of its own, which no answer covers.
        until(lambda: stack.operations["OPTIONS frames"] >= 2, "two pictures are asked for")
        uploads = stack.operations["PUT frames"]  # looked at first, since uploads go on
        assert stack.operations["OPTIONS frames"] >= uploads
        ada.button("Leave call").click()
        expect(zoe.tile(ada)).to_have_count(0)
        assert_no_frame_is_left(stack)
