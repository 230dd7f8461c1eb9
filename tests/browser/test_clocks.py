"""Machines whose clock is wrong, or is set while a call goes on."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Request

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, meet

SECOND = 1_000
HOUR = 3_600 * SECOND
# What people set: the time of day. Time goes on passing as before, as on a real machine.
SETTABLE = """
const Real = Date;
globalThis.clockIsOff = %d;
globalThis.Date = class extends Real {
    constructor(...given) {
        super(...(given.length ? given : [Real.now() + globalThis.clockIsOff]));
    }
    static now() { return Real.now() + globalThis.clockIsOff; }
};
"""


def at_a_settable_clock(somebody: Person, off: int = 0) -> Person:
    """Their page's time of day is off by so many milliseconds, until it is set."""
    somebody.page.add_init_script(SETTABLE % off)
    return somebody


@pytest.mark.parametrize("step", [-600 * SECOND, -HOUR, HOUR], ids=["-10 min", "-1 h", "+1 h"])
def test_a_clock_that_is_set_changes_nothing(
    scripted_stack: Stack, person: Callable[..., Person], step: int
) -> None:
    """A page's clock is set during a call: both pages still upload frames and show readings."""
    ada, zoe = at_a_settable_clock(person("Ada")), at_a_settable_clock(person("Zoë"))
    meet(scripted_stack, ada, zoe, live=True)
    ada.look(Expression.HAPPINESS)
    zoe.sees(ada, Expression.HAPPINESS)
    ada.page.evaluate("step => { clockIsOff += step }", step)
    ada.look(Expression.SADNESS)
    for viewer in (ada, zoe):
        viewer.sees(ada, Expression.SADNESS)
    zoe.page.evaluate("step => { clockIsOff += step }", step)
    ada.look(Expression.ANGER)
    for viewer in (ada, zoe):
        viewer.sees(ada, Expression.ANGER)


@pytest.mark.parametrize("off", [-HOUR, HOUR], ids=["1 h slow", "1 h fast"])
def test_pictures_of_a_wrong_clock_are_dated_right(
    scripted_stack: Stack, person: Callable[..., Person], off: int
) -> None:
    """A page with a wrong clock dates its pictures in the functions' time."""
    ada = at_a_settable_clock(person("Ada"), off)
    errors: list[float] = []

    def date(request: Request) -> None:
        if request.method == "PUT" and "/frames/" in request.url:
            captured_at = int(request.headers["x-ms-meta-capturedat"])
            errors.append(abs(captured_at - time.time() * SECOND))

    ada.page.on("request", date)
    meet(scripted_stack, ada, live=True)
    ada.page.wait_for_event("request", lambda r: r.method == "PUT" and "/frames/" in r.url)
    assert errors
    assert max(errors) < 60 * SECOND
