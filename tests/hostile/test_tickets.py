"""Forged tickets, names, paths and fields are refused."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.contract import (
    FRAMES_CONTAINER,
    SIGNAL_MAX_DEPTH,
    ApiError,
    FrameName,
    is_random_id,
)
from functions.fields import int_field, object_field, text_field
from functions.names import participant_name
from functions.rooms import new_id
from functions.tickets import ParticipantTickets
from tests.functions.conftest import App

KEY = "k" * 32
LONG_KEY = "k" * 64  # as long as HS512 wants it
NOW = 1_800_000_000.0
TICKETS = ParticipantTickets(KEY, 3600, now=lambda: NOW)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
ANY_PYTHON_READS = st.recursive(
    st.floats() | st.text(st.characters(categories=["L", "Cs"]), max_size=3) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
quick = settings(max_examples=300, deadline=None, database=None)


def _refused(authorization: str, room: str) -> bool:
    with pytest.raises(ApiError) as caught:
        TICKETS.verify(authorization, room)
    return caught.value.status in (401, 403)


@quick
@given(st.text(max_size=200), st.sampled_from(["Bearer ", "bearer ", "Basic ", ""]))
def test_no_text_is_a_ticket(text: str, scheme: str) -> None:
    """A text in the header is accepted only if it is a ticket that we signed."""
    assert _refused(scheme + text, new_id())


@pytest.mark.parametrize("right_key", [True, False])
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512", "none"])
def test_no_ticket_is_ours_without_our_key_and_algorithm(algorithm: str, right_key: bool) -> None:
    """Of tickets with the right claims only the one with our key and algorithm is accepted."""
    room, subject = new_id(), new_id()
    claims = {"aud": "room", "sub": subject, "room": room, "host": True, "exp": 4_000_000_000}
    tickets = ParticipantTickets(LONG_KEY, 3600, now=lambda: NOW)
    key = "" if algorithm == "none" else LONG_KEY if right_key else "x" * 64
    authorization = f"Bearer {jwt.encode(claims, key, algorithm=algorithm)}"
    if algorithm == "HS256" and right_key:
        assert tickets.verify(authorization, room).participant == subject
        return
    with pytest.raises(ApiError) as caught:
        tickets.verify(authorization, room)
    assert (caught.value.status, caught.value.code) == (401, "ticket-invalid")


@quick
@given(ANY, ANY, ANY, st.booleans())
def test_no_swapped_claims_are_a_ticket(
    room: Any, subject: Any, expires: Any, own_room: bool
) -> None:
    """Claims of wrong type or time are refused without an exception, even with our signature."""
    wanted = new_id()
    claims = {"aud": "room", "sub": subject, "host": True, "exp": expires}
    try:
        ticket = jwt.encode(claims | {"room": wanted if own_room else room}, KEY)
    except (TypeError, ValueError):  # not to be written as a ticket at all
        return
    assert _refused(f"Bearer {ticket}", wanted)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 0}, {"exp": -1}, {"exp": 10**30}, {"exp": "soon"}, {"exp": None}, {"exp": 1e308},
        {"sub": "../x"}, {"sub": 7}, {"sub": None}, {"aud": "other"}, {"aud": None},
        {"room": None}, {"room": ["r" * 22]}, {"nbf": 10**11},
    ],
    ids=str,
)  # fmt: skip
def test_strange_claims_signed_with_our_key_are_refused_in_words(claims: dict[str, Any]) -> None:
    """A senseless ticket with our signature is 401 or 403, or expires like every other."""
    room = new_id()
    good = {"aud": "room", "sub": new_id(), "room": room, "host": True, "exp": 4_000_000_000}
    try:
        ticket = jwt.encode(good | claims, KEY)
    except TypeError:  # PyJWT does not write it
        return
    if claims in ({"exp": 10**30}, {"exp": 1e308}):  # our own key may say so
        assert TICKETS.verify(f"Bearer {ticket}", room).room == room
    else:
        assert _refused(f"Bearer {ticket}", room)


@quick
@given(st.text(max_size=80))
def test_a_name_is_one_visible_line(name: str) -> None:
    """An accepted name has no control or direction character and no blank at its ends."""
    try:
        accepted = participant_name({"name": name})
    except ApiError:
        return
    assert 1 <= len(accepted) <= 60
    assert accepted == accepted.strip()
    assert not [c for c in accepted if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]


@quick
@given(st.dictionaries(st.text() | st.text(st.characters(categories=["Cs"])), ANY_PYTHON_READS))
def test_what_is_passed_on_can_be_read_by_all(payload: dict[str, Any]) -> None:
    """An object is accepted only if it is strict JSON in UTF-8 and not nested too deeply."""
    try:
        strict = json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        strict = b""
    try:
        taken = object_field({"payload": payload}, "payload")
    except ApiError:
        assert not strict or _depth(payload) > SIGNAL_MAX_DEPTH
        return
    assert json.loads(strict) == taken == payload


def _depth(value: object) -> int:
    """How many objects and arrays lie in one another."""
    match value:
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case list():
            return 1 + max(map(_depth, value), default=0)
    return 0


@pytest.mark.parametrize(
    "value",
    ["NaN", "-Infinity", "1e999", "9" * 400, r'"\ud800"', r'{"\udfff": 1}', "[" * 8 + "]" * 8],
)
def test_a_signal_that_would_cut_off_who_gets_it_is_refused(app: App, value: str) -> None:
    """NaN, half characters and deep nesting, which would end a connection, are refused."""
    ada = app.host()
    zoe = app.join(ada.room)
    raw = f'{{"to": "{zoe.participant}", "payload": {{"sdp": {value}}}}}'.encode()
    answer = app.member("relay_signal", ada, raw=raw)
    assert (answer.status, answer.body["error"], answer.actions) == (400, "invalid-field", [])


def _mistake(parse: Callable[[], object]) -> str | None:
    try:
        parse()
    except ApiError as error:
        return error.code
    return None


@quick
@given(ANY, st.text(max_size=5))
def test_any_json_is_a_value_or_a_named_mistake(value: Any, field: str) -> None:
    """A field of any type and size gives its value, or 400 with its name."""
    for parse in (
        lambda: text_field({field: value}, field, max_length=5),
        lambda: int_field({field: value}, field, minimum=1, maximum=8),
    ):
        assert _mistake(parse) in (None, "invalid-field")


@quick
@given(st.lists(st.text(alphabet="ab/.%\\_-2eE\0é", max_size=24), min_size=1, max_size=6))
def test_a_path_is_a_frame_or_nothing(parts: list[str]) -> None:
    """A path is a frame only as container, two random ids and thirteen digits."""
    name = "/".join([FRAMES_CONTAINER, *parts])
    try:
        frame = FrameName.parse(name)
    except ValueError:
        return
    assert is_random_id(frame.room)
    assert f"{FRAMES_CONTAINER}/{frame.path}" == name


TRICKS = [
    "..",
    ".",
    "%2e%2e",
    "../" * 7 + "x",
    "r" * 23,
    "r" * 21 + "/",
    "r" * 22 + "\n",
    "\0" * 22,
]


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_in_a_path_open_nothing(app: App, trick: str) -> None:
    """A room or participant that is a path is refused before the storage is asked."""
    ada = app.join(app.room())
    for name in ("heartbeat", "set_consent", "analyze", "leave_room", "negotiate"):
        answer = app.call(name, {}, ticket=ada.ticket, room=trick, participant=trick)
        assert answer.status == 403, name
    answer = app.call("leave_room", ticket=ada.ticket, room=ada.room, participant=trick)
    assert answer.body["error"] == "other-participant"


@pytest.mark.parametrize(
    "given",
    ["", "{}", "*", "{headers.authorization}", "a,b", "ADA"],
)
def test_a_smuggled_user_id_gets_no_connection(app: App, given: str) -> None:
    """The hub's connection is for the route's id, which must be the ticket's."""
    ada, zoe = app.join(app.room()), app.join(app.room())
    smuggled = given.replace("ADA", f"{ada.participant},{zoe.participant}")
    others = (f"{ada.participant} ", f" {zoe.participant}", ada.participant.swapcase())
    for value in (smuggled, *others):
        answer = app.member("negotiate", ada, participant=value)
        assert (answer.status, answer.body["error"]) == (403, "other-participant")


def test_a_shared_upload_ticket_is_still_its_owners(app: App) -> None:
    """An upload by another person counts as the owner's frame, and needs the owner's consent."""
    ada = app.join(app.room())
    url = app.upload_url(ada)
    app.member("set_consent", ada, {"consent": False})
    blob = BlobClient.from_blob_url(url)
    blob.upload_blob(b"somebody else's picture")
    assert app.trigger(f"{blob.container_name}/{blob.blob_name}") == []
    blob.upload_blob(b"once more, after it was deleted")
    assert app.trigger(f"{blob.container_name}/{blob.blob_name}") == []
    assert not [name for name in app.frames() if ada.room in name]


def test_a_replayed_upload_ticket_ends(app: App) -> None:
    """An upload ticket is refused for another name, container or permission."""
    ada = app.join(app.room())
    url = app.upload_url(ada)
    for changed in (
        url.replace(ada.participant, new_id()),
        url.replace("/frames/", "/rooms/"),
        url.replace("sp=c", "sp=racwd"),
    ):
        with pytest.raises(HttpResponseError) as caught:
            BlobClient.from_blob_url(changed).upload_blob(b"x")
        assert caught.value.status_code == 403
    assert json.dumps(app.frames()).count(ada.participant) == 0
