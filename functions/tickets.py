"""Tickets: who somebody is in a room (a signed JWT), and leave to upload one frame (a SAS)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas

from functions.contract import FRAMES_CONTAINER, ApiError, Claims, FrameName, is_random_id

_ALGORITHM = "HS256"
_AUDIENCE = "room"
_UPLOAD_LIFETIME = timedelta(minutes=2)
_CLOCK_SKEW = timedelta(minutes=5)  # Azure's advice for the start of a SAS


class ParticipantTickets:
    """Signs and verifies participant tickets: JWTs naming room and participant, hours at most."""

    def __init__(self, key: str, lifetime: int, now: Callable[[], float] = time.time) -> None:
        self._key = key
        self._lifetime = lifetime
        self._now = now

    def issue(self, room: str, participant: str, *, host: bool) -> tuple[str, int]:
        """A signed ticket and when it expires (milliseconds)."""
        issued = int(self._now())
        expires = issued + self._lifetime
        ticket = jwt.encode(
            {
                "aud": _AUDIENCE,
                "sub": participant,
                "room": room,
                "host": host,
                "iat": issued,
                "exp": expires,
            },
            self._key,
            algorithm=_ALGORITHM,
        )
        return ticket, expires * 1000

    def verify(self, authorization: str | None, room: str) -> Claims:
        """The claims of an `Authorization: Bearer TICKET` header, for use in `room`.

        Raises:
            ApiError: 401 `ticket-missing`, `ticket-expired` or `ticket-invalid`;
                403 `ticket-other-room`.
        """
        scheme, _, ticket = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not ticket:
            raise ApiError(
                401,
                "ticket-missing",
                "Join the room, then send its ticket as Authorization: Bearer.",
            )
        try:
            payload = jwt.decode(
                ticket.strip(),
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["exp", "sub", "room", "host"]},
            )
        except jwt.ExpiredSignatureError:
            raise ApiError(401, "ticket-expired", "The ticket has expired. Join again.") from None
        except jwt.InvalidTokenError:
            raise ApiError(401, "ticket-invalid", "The ticket is not ours. Join again.") from None
        if payload["room"] != room:
            raise ApiError(
                403, "ticket-other-room", "The ticket is for another room. Join this one."
            )
        if not is_random_id(payload["sub"]):
            raise ApiError(401, "ticket-invalid", "The ticket is not ours. Join again.")
        return Claims(room, payload["sub"], payload["host"] is True, payload["exp"] * 1000)


@dataclass(frozen=True)
class UploadTicket:
    """Leave to create one blob: the frame it is for, a SAS URL, and its expiry in milliseconds."""

    frame: FrameName
    url: str
    expires_at: int

    def to_json(self) -> dict[str, str | int]:
        return {"frame": self.frame.frame, "url": self.url, "expiresAt": self.expires_at}


class UploadTickets:
    """Signs create-only SAS URLs, one per participant and time slot.

    A slot always gives the same frame name, so that asking more often does not allow more frames:
    this is the rate limit, and it holds across instances without shared memory.
    """

    def __init__(
        self,
        blob_service: BlobServiceClient,
        slot: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._blob_service = blob_service
        self._slot_ms = int(slot * 1000)
        self._now = now

    def sign(self, room: str, participant: str, count: int) -> list[UploadTicket]:
        """Tickets for the slot of now and the `count` - 1 slots after it."""
        now_ms = int(self._now() * 1000)
        first = now_ms - now_ms % self._slot_ms
        return [
            self._ticket(FrameName(room, participant, f"{first + k * self._slot_ms:013}"))
            for k in range(count)
        ]

    def _ticket(self, frame: FrameName) -> UploadTicket:
        now = datetime.fromtimestamp(self._now(), UTC)
        expiry = now + _UPLOAD_LIFETIME
        blob = self._blob_service.get_blob_client(FRAMES_CONTAINER, frame.path)
        sas = generate_blob_sas(
            account_name=self._blob_service.account_name or "",
            account_key=self._blob_service.credential.account_key,
            container_name=FRAMES_CONTAINER,
            blob_name=frame.path,
            permission=BlobSasPermissions(create=True),
            start=now - _CLOCK_SKEW,
            expiry=expiry,
        )
        return UploadTicket(frame, f"{blob.url}?{sas}", int(expiry.timestamp() * 1000))
