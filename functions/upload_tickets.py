"""Upload tickets: a shared access signature (SAS) may create exactly one frame's blob."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.core.exceptions import AzureError
from azure.storage.blob import (
    BlobSasPermissions,
    BlobServiceClient,
    UserDelegationKey,
    generate_blob_sas,
)

from functions.contract import FRAMES_CONTAINER, UPLOADS_MAX, FrameName

UPLOAD_LIFETIME = timedelta(minutes=2)
_CLOCK_SKEW = timedelta(minutes=5)  # between instances; Azure's advice for the start of a SAS
_KEY_LIFETIME = timedelta(hours=6)  # Azure allows a delegation key seven days
_KEY_RENEWAL = timedelta(hours=1)  # before its end
_KEY_RETRY = timedelta(minutes=1)  # after a renewal that failed


@dataclass(frozen=True)
class UploadTicket:
    """Permission to create one blob: its frame, a SAS URL, and its expiry in milliseconds."""

    frame: FrameName
    url: str
    expires_at: int

    def to_json(self) -> dict[str, str | int]:
        return {"frame": self.frame.number, "url": self.url, "expiresAt": self.expires_at}


class DelegationKey:
    """The key with which an identity signs SAS if the account's own keys are off.

    A key lasts for hours and is renewed an hour before its end. If the renewal fails, the old key
    stays in use.
    """

    def __init__(self, blob_service: BlobServiceClient, now: Callable[[], float]) -> None:
        self._blob_service = blob_service
        self._now = now
        self._lock = threading.Lock()
        self._failures = 0
        self._key: UserDelegationKey | None = None
        self._end = self._renew_at = datetime.fromtimestamp(0, UTC)

    def get(self) -> UserDelegationKey:
        """A key that outlives any upload ticket signed now.

        Raises:
            AzureError: the storage or the identity gives none.
        """
        now, failures = datetime.fromtimestamp(self._now(), UTC), self._failures
        with self._lock:
            if self._key is None or now + UPLOAD_LIFETIME > self._end:
                if self._failures > failures:  # the last of many would wait for all before it
                    raise AzureError("no delegation key came while this request waited")
                try:
                    self._key = self._renewed(now)
                except Exception:
                    self._failures += 1
                    raise
            key, renew = self._key, now >= self._renew_at
            if renew:  # one thread renews it; the others still sign with the old key
                self._renew_at = now + _KEY_RETRY
        if renew:
            try:
                self._key = key = self._renewed(now)
            except Exception as error:  # of an odd answer the SDK raises more than AzureError
                logging.warning("the delegation key was not renewed: %s", type(error).__name__)
        return key

    def _renewed(self, now: datetime) -> UserDelegationKey:
        end = now + _KEY_LIFETIME
        # It must start before any SAS that it signs.
        key = self._blob_service.get_user_delegation_key(now - 2 * _CLOCK_SKEW, end)
        self._end, self._renew_at = end, end - _KEY_RENEWAL
        return key


class UploadTickets:
    """Signs create-only SAS URLs, one per participant and time slot.

    A slot always gives the same frame name, so asking more often does not allow more frames. This
    is the rate limit, and it holds across instances without shared memory.

    Args:
        slot: seconds a participant waits from one frame to the next.
        delegation_key: signs instead of the account's key, which only Azurite needs.
    """

    def __init__(
        self,
        blob_service: BlobServiceClient,
        slot: float,
        delegation_key: DelegationKey | None,
        now: Callable[[], float],
    ) -> None:
        self._blob_service = blob_service
        self._delegation_key = delegation_key
        self._slot_ms = int(slot * 1000)
        self._now = now

    def sign(self, room: str, participant: str, count: int) -> list[UploadTicket]:
        """Tickets for the current slot and the `count` - 1 slots after it, valid for two minutes.

        Raises:
            AzureError: the storage gives no delegation key.
        """
        first = int(self.frame_now(room, participant).number)
        return [
            self._ticket(FrameName(room, participant, f"{first + k * self._slot_ms:013}"))
            for k in range(count)
        ]

    def frame_now(self, room: str, participant: str) -> FrameName:
        """The participant's frame of the current slot."""
        now_ms = int(self._now() * 1000)
        return FrameName(room, participant, f"{now_ms - now_ms % self._slot_ms:013}")

    def may_have_signed(self, frame: FrameName, within: float) -> bool:
        """Whether it is a slot that began at most `within` seconds ago or begins soon."""
        ahead = int(frame.number) - int(self._now() * 1000)
        own_slot = int(frame.number) % self._slot_ms == 0
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
