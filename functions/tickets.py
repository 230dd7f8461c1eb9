"""Tickets: who somebody is in a room (a signed JWT), and leave to upload one frame (a SAS)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from azure.core.exceptions import AzureError
from azure.storage.blob import (
    BlobSasPermissions,
    BlobServiceClient,
    UserDelegationKey,
    generate_blob_sas,
)

from functions.contract import (
    FRAMES_CONTAINER,
    UPLOADS_MAX,
    ApiError,
    Claims,
    FrameName,
    is_random_id,
)

_ALGORITHM = "HS256"
_AUDIENCE = "room"
UPLOAD_LIFETIME = timedelta(minutes=2)
_CLOCK_SKEW = timedelta(minutes=5)  # Azure's advice for the start of a SAS
_KEY_LIFETIME = timedelta(hours=6)  # Azure allows a delegation key seven days
_KEY_RENEWAL = timedelta(hours=1)  # before its end
_KEY_RETRY = timedelta(minutes=1)  # after a renewal that failed


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


class DelegationKey:
    """The key Azure lends an identity to sign SAS with, where the account's own keys are off.

    One serves for hours and is renewed in good time; while no new one is to be had, the old one
    stays in use.
    """

    def __init__(
        self, blob_service: BlobServiceClient, now: Callable[[], float] = time.time
    ) -> None:
        self._blob_service = blob_service
        self._now = now
        self._lock = threading.Lock()
        self._key: UserDelegationKey | None = None
        self._end = self._renew_at = datetime.fromtimestamp(0, UTC)

    def get(self) -> UserDelegationKey:
        """A key that outlives any upload ticket signed now.

        Raises:
            AzureError: the storage or the identity gives none.
        """
        now = datetime.fromtimestamp(self._now(), UTC)
        with self._lock:
            if self._key is None or now + UPLOAD_LIFETIME > self._end:
                self._key = self._renewed(now)
            key, renew = self._key, now >= self._renew_at
            if renew:  # one asks; the others need not wait, and sign with what there is
                self._renew_at = now + _KEY_RETRY
        if renew:
            try:
                self._key = key = self._renewed(now)
            except AzureError as error:
                logging.warning("the delegation key was not renewed: %s", type(error).__name__)
        return key

    def _renewed(self, now: datetime) -> UserDelegationKey:
        end = now + _KEY_LIFETIME
        # Its start lies before that of any SAS it signs.
        key = self._blob_service.get_user_delegation_key(now - 2 * _CLOCK_SKEW, end)
        self._end, self._renew_at = end, end - _KEY_RENEWAL
        return key


class UploadTickets:
    """Signs create-only SAS URLs, one per participant and time slot.

    A slot always gives the same frame name, so that asking more often does not allow more frames:
    this is the rate limit, and it holds across instances without shared memory.

    Args:
        slot: seconds a participant waits from one frame to the next.
        delegation_key: signs instead of the account's key, which only Azurite needs.
    """

    def __init__(
        self,
        blob_service: BlobServiceClient,
        slot: float,
        delegation_key: DelegationKey | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._blob_service = blob_service
        self._delegation_key = delegation_key
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

    def may_have_signed(self, frame: FrameName, within: float) -> bool:
        """Whether it has a slot of its own, begun at most `within` seconds ago or to begin soon."""
        ahead = int(frame.frame) - int(self._now() * 1000)
        own_slot = int(frame.frame) % self._slot_ms == 0
        return own_slot and -within * 1000 <= ahead <= UPLOADS_MAX * self._slot_ms

    def _ticket(self, frame: FrameName) -> UploadTicket:
        now = datetime.fromtimestamp(self._now(), UTC)
        expiry = now + UPLOAD_LIFETIME
        blob = self._blob_service.get_blob_client(FRAMES_CONTAINER, frame.path)
        sas = generate_blob_sas(
            account_name=self._blob_service.account_name or "",
            **self._signing_key(),
            container_name=FRAMES_CONTAINER,
            blob_name=frame.path,
            permission=BlobSasPermissions(create=True),
            start=now - _CLOCK_SKEW,
            expiry=expiry,
        )
        return UploadTicket(frame, f"{blob.url}?{sas}", int(expiry.timestamp() * 1000))

    def _signing_key(self) -> dict[str, Any]:
        if self._delegation_key is None:
            return {"account_key": self._blob_service.credential.account_key}
        return {"user_delegation_key": self._delegation_key.get(), "protocol": "https"}
