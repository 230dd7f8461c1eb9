"""After a withdrawal, or a switch to room-only mode, nothing is sent that it forbids."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.ahead import FRESH
from functions.contract import Box, Expression, Face
from functions.records import Records
from functions.rooms import Rooms
from tests.functions.conftest import App, Joined, ScriptedReader
from tests.functions.test_device_readings import UNREAD, told

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()
FACE = Face(Box(0.1, 0.2, 0.3, 0.4), dict.fromkeys(Expression, 0.1) | {Expression.FEAR: 0.3})
TRIES = int(os.environ.get("TRIES", "1000"))  # of the long test
LOOKS = 6  # more than a frame takes


class SlowLook:
    """One look into the rooms that sees what is there, and answers only after something happened.

    Args:
        number: which of a frame's looks, from 0.
        meanwhile: what happens between the look and its answer.
    """

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, number: int, meanwhile: Callable[[], None]
    ) -> None:
        self.armed = False
        self._left = number
        self._meanwhile = meanwhile
        for name in ("scope", "mode", "present"):
            monkeypatch.setattr(Rooms, name, self._slow(getattr(Rooms, name)))

    def _slow(self, look: Callable[..., Any]) -> Callable[..., Any]:
        def slow(*arguments: Any) -> Any:
            seen = look(*arguments)
            if self.armed:
                self._left -= 1
                if self._left < 0:
                    self.armed = False
                    self._meanwhile()
            return seen

        return slow


def _people(app: App, mode: str) -> list[Joined]:
    host = app.host()
    people = [host, *(app.join(host.room) for _ in range(2))]
    app.member("set_mode", host, {"mode": mode})
    return people


@pytest.mark.parametrize("mode", ["open", "room-only"])
@pytest.mark.parametrize("number", range(LOOKS))
def test_a_withdrawal_counts_half_a_second_later_whatever_is_slow(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch, mode: str, number: int
) -> None:
    """No reading is sent half a second after a withdrawal, whichever look-up is slow."""
    app = make_app(ScriptedReader((FACE,)))
    ada, *_ = _people(app, mode)

    def withdraw() -> None:
        assert app.member("set_consent", ada, {"consent": False}).status == 200
        app.clock.advance(FRESH + 0.01)

    slow = SlowLook(monkeypatch, number, withdraw)
    frame = app.upload(ada, SMILE)
    slow.armed = True
    told = app.trigger(frame)
    assert told == [] or slow.armed  # the frame took fewer looks, all before the withdrawal


@pytest.mark.parametrize("number", range(LOOKS))
def test_a_switch_to_room_only_counts_half_a_second_later_whatever_is_slow(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """No name is sent half a second after the switch, whichever look-up is slow."""
    app = make_app(ScriptedReader((FACE,)))
    ada, *_ = _people(app, "open")

    def close() -> None:
        assert app.member("set_mode", ada, {"mode": "room-only"}).status == 200
        app.clock.advance(FRESH + 0.01)

    slow = SlowLook(monkeypatch, number, close)
    frame = app.upload(ada, SMILE)
    slow.armed = True
    told = app.trigger(frame)
    named = [a for a in told if "groupName" in a and a["target"] == "reading"]
    assert not named or slow.armed


@pytest.mark.parametrize("number", range(LOOKS))
def test_a_withdrawal_counts_for_ones_own_word_as_well(
    app: App, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A slow correction is not sent half a second after its person withdrew."""
    ada, *_ = _people(app, "room-only")
    frame = Path(app.upload(ada, SMILE)).stem

    def withdraw() -> None:
        assert app.member("set_consent", ada, {"consent": False}).status == 200
        app.clock.advance(FRESH + 0.01)

    slow = SlowLook(monkeypatch, number, withdraw)
    slow.armed = True
    answer = app.member("correct_reading", ada, {"frame": frame, "expression": "sadness"})
    assert answer.actions == [] or slow.armed


def test_a_storage_slower_than_half_a_second_tells_no_one_but_the_owner(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no fresh answer only the owner learns that they are not read; nothing hangs."""
    app = make_app(ScriptedReader((FACE,)))
    ada, *_ = _people(app, "open")
    frame = app.upload(ada, SMILE)
    look = Rooms.scope

    def slow(*arguments: Any) -> Any:
        app.clock.advance(FRESH + 0.01)
        return look(*arguments)

    monkeypatch.setattr(Rooms, "scope", slow)
    (own,) = app.trigger(frame)
    assert (own["target"], own["userId"]) == ("unread", ada.participant)


def test_consent_that_comes_after_a_later_withdrawal_counts_for_nothing(app: App) -> None:
    """A consent that arrives after a later withdrawal changes nothing."""
    ada, zoe, *_ = _people(app, "open")
    agree, withdraw = {"consent": True, "order": 1}, {"consent": False, "order": 2}
    assert app.member("set_consent", ada, withdraw).body["consent"] is False
    app.member("heartbeat", ada, {"away": True})  # keeps what came last
    late = app.member("set_consent", ada, agree)
    assert (late.status, late.body["consent"]) == (200, False)
    assert [action["target"] for action in late.actions] == ["paused"]
    assert app.member("set_consent", ada, agree | {"order": 3}).body["consent"] is True
    # A late withdrawal counts, and does not make older consent count again.
    assert app.member("set_consent", ada, withdraw).body["consent"] is False
    assert app.member("set_consent", ada, agree | {"order": 2}).body["consent"] is False
    # An older page sends no order; somebody else's choices are their own.
    assert app.member("set_consent", ada, {"consent": True}).body["consent"] is True
    assert app.member("set_consent", zoe, agree).body["consent"] is True


def test_agreeing_as_the_page_comes_back_into_view_counts(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Consent is not lost to a heartbeat that writes the record at the same moment."""
    ada, *_ = _people(app, "open")
    app.member("set_consent", ada, {"consent": False, "order": 1})
    app.member("heartbeat", ada, {"away": True})
    write = Records.write
    beaten: list[bool] = []

    def beat_first(*arguments: Any) -> None:
        if not beaten:
            beaten.append(True)
            assert app.member("heartbeat", ada, {"away": False}).status == 200
        write(*arguments)

    monkeypatch.setattr(Records, "write", beat_first)
    agreed = app.member("set_consent", ada, {"consent": True, "order": 2})
    assert (beaten, agreed.body["consent"]) == ([True], True)


def test_a_clock_set_back_makes_no_old_look_fresh(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the clock is set back during a look-up, its old answer still does not count."""
    app = make_app(ScriptedReader((FACE,)))
    ada, *_ = _people(app, "open")

    def withdraw() -> None:
        assert app.member("set_consent", ada, {"consent": False}).status == 200
        app.clock.advance(FRESH + 0.01)
        app.clock.set_by(-5)

    slow = SlowLook(monkeypatch, 0, withdraw)
    frame = app.upload(ada, SMILE)
    slow.armed = True
    assert app.trigger(frame) == []
    assert not slow.armed


@pytest.mark.long
def test_of_a_thousand_withdrawals_none_is_outrun(
    make_app: Callable[..., App], capsys: pytest.CaptureFixture[str]
) -> None:
    """No reading is sent too late after a thousand withdrawals in any mode; prints the counts."""
    chance = random.Random(7)
    late = 0
    for _ in range(TRIES):
        with pytest.MonkeyPatch.context() as patch:
            app = make_app(ScriptedReader((FACE,)))
            ada, *_ = _people(app, chance.choice(["open", "room-only"]))
            delay = FRESH + chance.uniform(0.01, 4)

            def withdraw(app: App = app, ada: Joined = ada, delay: float = delay) -> None:
                app.member("set_consent", ada, {"consent": False})
                app.clock.advance(delay)

            slow = SlowLook(patch, chance.randrange(4), withdraw)
            frame = app.upload(ada, SMILE)
            slow.armed = True
            late += bool(app.trigger(frame)) and not slow.armed
    with capsys.disabled():
        print(f"\n{TRIES} withdrawals, {late} told too late")
    assert late == 0


def test_a_frame_of_before_a_withdrawal_is_never_read(make_app: Callable[..., App]) -> None:
    """New consent does not cover frames from before the withdrawal."""
    reader = ScriptedReader((FACE,))
    app = make_app(reader)
    ada = app.join(app.room())
    before = [app.upload(ada, SMILE), app.upload(ada, SMILE)]
    for frame in before:
        assert app.member("set_consent", ada, {"consent": False}).status == 200
        assert app.member("heartbeat", ada, {}).status == 200
        assert app.member("set_consent", ada, {"consent": True}).status == 200
        assert app.trigger(frame) == []
    assert reader.reads == 0
    (action,) = app.trigger(app.upload(ada, SMILE))
    assert action["target"] == "reading"


def _change_their_mind(app: App, who: Joined) -> None:
    """Withdraw, and agree again two seconds later."""
    assert app.member("set_consent", who, {"consent": False}).status == 200
    app.clock.advance(2)
    assert app.member("set_consent", who, {"consent": True}).status == 200


@pytest.mark.parametrize("body", [told(), UNREAD], ids=["read", "unread"])
def test_a_device_s_reading_under_way_at_a_withdrawal_is_never_told(
    app: App, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any]
) -> None:
    """New consent does not cover a request that came before the withdrawal and is worked on."""
    ada, *_ = _people(app, "open")
    slow = SlowLook(monkeypatch, 0, lambda: _change_their_mind(app, ada))
    slow.armed = True
    answer = app.member("tell_reading", ada, body)
    assert (answer.status, answer.actions) == (202, [])
    app.clock.advance(app.slot)
    (action,) = app.member("tell_reading", ada, told(age=0)).actions
    assert action["target"] == "reading"


def test_a_picture_that_a_device_took_before_a_withdrawal_counts_for_nothing(app: App) -> None:
    """New consent does not cover a device's picture of before the withdrawal."""
    ada, *_ = _people(app, "open")
    _change_their_mind(app, ada)
    app.clock.advance(1)
    assert app.member("tell_reading", ada, told(age=3_500)).actions == []
    app.clock.advance(app.slot)
    (action,) = app.member("tell_reading", ada, told(age=1_500)).actions
    assert action["target"] == "reading"
