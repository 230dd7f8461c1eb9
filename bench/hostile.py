"""An attacker beside a crowd, who repeats every attack once tried against the service.

Each round takes a place in a room of the attacker's own and sends pictures of thousands of scans,
snapshots and other kinds of blobs by upload tickets, one ticket many times, announcements that race
a leave, late consent, forged tickets, broken JSON and a body beyond the limit. Its host turns
*Room only* on and off, and somebody knocks, is refused and does not obey. Every sixty rounds the
attacker comes from another address, for whom the limits of an address begin anew.

The attacker is a process of its own, so that its pictures and its work are in no figure of others.
"""

from __future__ import annotations

import io
import multiprocessing
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any, Final

import httpx
from PIL import Image

_PATIENCE: Final = 20.0  # s
_PAUSE: Final = 0.2  # s between two rounds
_ROUNDS: Final = 60  # in one room, from one address
_SCANS: Final = 3000
_REUSES: Final = 10
_BODY: Final = 3_000_000  # bytes, beyond FUNCTIONS_REQUEST_BODY_SIZE_LIMIT and the app's own


def many_scans() -> bytes:
    """A progressive JPEG of 2048 × 2048 pixels whose last scan comes thousands of times."""
    file = io.BytesIO()
    Image.new("L", (2048, 2048), 128).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * min(_SCANS, 900_000 // len(scan)) + data[-2:]


class Attack:
    """What one attack is told.

    Attributes:
        answers: how often each kind of request got each HTTP status; 0 if no answer came. Filled
            when the attack ends.
    """

    def __init__(self, url: str) -> None:
        """Takes the functions' address."""
        self.answers: Counter[tuple[str, int]] = Counter()
        self._url = url

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Attack meanwhile.

        Raises:
            EOFError: the attacker ended before it was told to.
            TimeoutError: it does not end.
        """
        spawn = multiprocessing.get_context("spawn")
        over = spawn.Event()
        told, telling = spawn.Pipe(duplex=False)
        attacker = spawn.Process(target=_attack, args=(self._url, over, telling), daemon=True)
        attacker.start()
        telling.close()
        try:
            yield
            over.set()
            if not told.poll(2 * _PATIENCE):
                raise TimeoutError("the attacker does not end")
            self.answers = told.recv()
        finally:
            attacker.kill()
            attacker.join()

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self.answers.total()

    @property
    def server_errors(self) -> dict[str, int]:
        """Answers of 500 and above by kind, without `503`, which says that storage was slow."""
        wrong: Counter[str] = Counter()
        for (kind, status), count in self.answers.items():
            if status >= 500 and status != 503:
                wrong[f"{kind} {status}"] += count
        return dict(wrong)


def _attack(url: str, over: Event, telling: Connection) -> None:
    """The attacker's process: attack until it is over, then tell the answers."""
    attacker = _Attacker(f"{url}/api", over)
    attacker.run()
    telling.send(attacker.answers)


class _Attacker:
    def __init__(self, api: str, over: Event) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self._api, self._over = api, over
        self._image = many_scans()

    def run(self) -> None:
        """Attack until it is over, from one address after the other."""
        while not self._over.wait(_PAUSE):
            # An address of a network for documentation (RFC 3849): nobody's.
            address = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
            with httpx.Client(timeout=_PATIENCE, headers={"x-forwarded-for": address}) as http:
                self._in_one_room(http)

    def _in_one_room(self, http: httpx.Client) -> None:
        made = self._send(http, "room", "POST", f"{self._api}/rooms", json={})
        if made is None or made.status_code != 201:
            return
        room = f"{self._api}/rooms/{made.json()['room']}"
        for _ in range(_ROUNDS):
            if self._over.wait(_PAUSE) or not self._round(http, room, made.json()["hostSecret"]):
                return

    def _send(self, http: httpx.Client, kind: str, method: str, url: str, **more: Any) -> Any:
        try:
            answer = http.request(method, url, **more)
        except httpx.HTTPError:
            self.answers[kind, 0] += 1
            return None
        self.answers[kind, answer.status_code] += 1
        return answer

    def _round(self, http: httpx.Client, room: str, secret: str) -> bool:
        """Everything once; False if the room takes nobody any more."""
        who = {"name": "Mallory", "consent": True}
        joined = self._send(
            http, "join", "POST", f"{room}/participants", json=who | {"hostSecret": secret}
        )
        if joined is None or joined.status_code != 201:
            return False
        me = joined.json()
        mine = f"{room}/participants/{me['participant']}"
        headers = {"authorization": f"Bearer {me['ticket']}"}

        def ask(kind: str, method: str, url: str, **more: Any) -> Any:
            return self._send(http, kind, method, url, headers=headers, **more)

        self._pictures(http, ask, room)
        self._at_the_door(http, ask, room)
        ask("announce", "POST", f"{room}/presence", json={})
        ask("withdraw", "PUT", f"{room}/consent", json={"consent": False, "order": 2})
        ask("late consent", "PUT", f"{room}/consent", json={"consent": True, "order": 1})
        ask("no json", "POST", f"{room}/heartbeat", content=b"{" * 1000)
        ask("other's hub", "POST", f"{room}/participants/{secrets.token_urlsafe(16)}/negotiate")
        forged = {"authorization": f"Bearer {me['ticket'][:-4]}AAAA"}
        self._send(http, "forged", "POST", f"{room}/heartbeat", headers=forged, json={})
        self._send(http, "no room", "POST", f"{self._api}/rooms/none/participants", json=who)
        racing = threading.Thread(
            target=ask, args=("race", "POST", f"{room}/presence"), kwargs={"json": {}}
        )
        racing.start()
        ask("leave", "DELETE", mine)
        racing.join()
        ask("after leaving", "POST", f"{room}/heartbeat", json={})
        ask("big body", "POST", f"{room}/heartbeat", content=b" " * _BODY)
        return True

    def _at_the_door(self, http: httpx.Client, ask: Callable[..., Any], room: str) -> None:
        for mode in ("room-only", "open", "room-only"):
            ask("mode", "PUT", f"{room}/mode", json={"mode": mode})
        ask("door", "PUT", f"{room}/door", json={"door": "closed"})
        who = {"name": "Eve", "consent": True}
        knocked = self._send(http, "knock", "POST", f"{room}/participants", json=who)
        if knocked is not None and knocked.status_code == 202:
            eve = knocked.json()
            hers = {"authorization": f"Bearer {eve['ticket']}"}
            for _ in ("waiting", "refused"):
                more = {"headers": hers, "json": {}}
                self._send(http, "outside", "POST", f"{room}/upload-tickets", **more)
                self._send(http, "outside", "POST", f"{room}/presence", **more)
                ask("refuse", "PUT", f"{room}/waiting/{eve['participant']}", json={"admit": False})
        ask("door", "PUT", f"{room}/door", json={"door": "open"})

    def _pictures(self, http: httpx.Client, ask: Callable[..., Any], room: str) -> None:
        given = ask("tickets", "POST", f"{room}/upload-tickets", json={"count": 4})
        if given is None or given.status_code != 200:
            return
        scans, snapshot, page, again = (one["url"] for one in given.json()["uploads"])
        block = {"x-ms-blob-type": "BlockBlob"}
        self._send(http, "many scans", "PUT", scans, headers=block, content=self._image)
        self._send(http, "upload", "PUT", snapshot, headers=block, content=b"no picture")
        self._send(http, "snapshot", "PUT", f"{snapshot}&comp=snapshot")
        size = {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": str(1 << 20)}
        self._send(http, "page blob", "PUT", page, headers=size)
        for _ in range(_REUSES):
            self._send(http, "used again", "PUT", again, headers=block, content=b"x")
            time.sleep(0.02)
