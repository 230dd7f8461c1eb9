"""A removed person ignores it: what their page still gets, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from azure.storage.blob import BlobClient

from functions.upload_tickets import UPLOAD_LIFETIME
from tests.functions.conftest import App, ScriptedReader
from tests.functions.test_door import refusals_on_every_route, remove, targets

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()


def test_an_attacker_who_ignores_their_removal_gets_nothing_read_or_told(
    make_app: Callable[..., App],
) -> None:
    """Upload tickets from before create blobs; each is deleted unread."""
    reader = ScriptedReader()
    app = make_app(reader)
    host = app.host()
    eve = app.join(host.room, name="Eve")
    app.clock.advance(app.slot)
    hoarded = app.member("issue_upload_tickets", eve, {"count": 8}).body["uploads"]
    remove(app, host, eve)
    for upload in hoarded:
        blob = BlobClient.from_blob_url(upload["url"])
        blob.upload_blob(SMILE)
        assert app.trigger(f"{blob.container_name}/{blob.blob_name}") == []
    assert reader.reads == 0
    assert not [name for name in app.frames() if name.startswith(host.room)]
    assert hoarded[0]["expiresAt"] <= (app.clock.now() + UPLOAD_LIFETIME.total_seconds()) * 1000


def test_nothing_of_the_room_reaches_the_removed(app: App) -> None:
    """Later messages go to the group without them, or to others; signals to them end at once."""
    host = app.host()
    eve = app.join(host.room, name="Eve")
    guest = app.join(host.room, name="Zoë")
    remove(app, host, eve)
    signal = {"to": eve.participant, "payload": {}}
    assert app.member("relay_signal", guest, signal).actions == []
    told = [
        *targets(app.member("announce_presence", guest)),
        *targets(app.member("request_mute", host)),
        *targets(app.member("set_mode", host, {"mode": "room-only"})),
    ]
    assert eve.participant not in {whom for _, whom in told}


def test_their_ticket_opens_nothing_however_long_they_wait(app: App) -> None:
    """Their ticket gets 403 for ten minutes, then 404; leaving or knocking changes nothing."""
    host = app.host()
    eve = app.join(host.room, name="Eve")
    remove(app, host, eve)
    assert app.member("leave_room", eve, participant=eve.participant).status == 204
    for _ in range(10):
        assert refusals_on_every_route(app, eve) == {(403, "removed")}
        app.clock.advance(60)
        app.member("heartbeat", host)
    app.clock.advance(1)
    app.member("heartbeat", host)
    assert refusals_on_every_route(app, eve) == {(404, "unknown-participant")}
    body = {"name": "Zoë", "consent": True, "hostSecret": "e" * 22}
    assert app.call("join_room", body, room=host.room).status == 202


def test_a_heartbeat_that_races_with_the_removal_does_not_undo_it(app: App) -> None:
    """A write of their record at the same time does not undo the removal."""
    host = app.host()
    eve = app.join(host.room, name="Eve")
    with ThreadPoolExecutor(6) as pool:
        racing = [pool.submit(app.member, "heartbeat", eve) for _ in range(6)]
        racing += [pool.submit(app.member, "set_consent", eve, {"consent": True})]
        removal = pool.submit(remove, app, host, eve)
        racing += [pool.submit(app.member, "heartbeat", eve) for _ in range(6)]
    assert removal.result().status == 200
    assert {one.result().status for one in racing} <= {200, 403, 503}
    assert refusals_on_every_route(app, eve) == {(403, "removed")}
