"""How often something may be done: limits that hold across instances.

    limits/SLOT/DIGEST  an append blob, one byte for each use within the time slot

The storage appends a byte only while the blob is shorter than the limit, so of any number of
instances that race exactly as many get through as may; no instance counts in its memory. SLOT is
the slot's start; DIGEST is keyed, and made of the limit, the slot and whom it counts for: a name
tells of nobody, and nothing links one slot's to the next's. Old slots are deleted by age.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from functions.contract import ApiError

LIMITS_CONTAINER = "limits"
_MINUTE, _HOUR = 60, 3600
_REMEMBERED = 10_000  # refusals an instance keeps, so that a flood costs no storage calls


@dataclass(frozen=True)
class Limit:
    """How many uses fit into one slot, its length in seconds, and the code of a refusal."""

    most: int
    slot: int
    code: str


LIMITS: Mapping[str, Limit] = {
    "rooms-per-address": Limit(60, _HOUR, "too-many-rooms"),
    "rooms": Limit(2000, _HOUR, "too-many-rooms"),
    "joins-per-address": Limit(60, _MINUTE, "too-many-joins"),
    "joins-per-room": Limit(120, _MINUTE, "too-many-joins"),
    "captures-per-participant": Limit(20, _MINUTE, "too-many-captures"),
    "captures-per-room": Limit(60, _MINUTE, "too-many-captures"),
    "announcements-per-participant": Limit(60, _MINUTE, "too-many-messages"),
    "signals-per-participant": Limit(600, _MINUTE, "too-many-messages"),
}
"""What is limited where a deployment does not say otherwise."""


class Limits:
    """Counts uses; safe to share between threads."""

    def __init__(
        self,
        container: ContainerClient,
        key: str,
        most: Mapping[str, int],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Takes its collaborators.

        Args:
            container: where the counts lie.
            key: a secret; the names of the counts are made with it.
            most: other numbers than those in `LIMITS`, by name.
            now: seconds since the epoch.
        """
        self._container = container
        self._key = key.encode()
        self._most = most
        self._now = now
        self._refused: dict[str, None] = {}

    def spend(self, name: str, subject: str = "") -> None:
        """Use one of what `subject` may do within this slot.

        Raises:
            ApiError: 429 with the limit's code; `retry_after` says when the next slot begins.
        """
        if not self.allows(name, subject):
            limit = LIMITS[name]
            wait = limit.slot - int(self._now()) % limit.slot
            raise ApiError(
                429, limit.code, f"Too often. Try again in {wait} seconds.", retry_after=wait
            )

    def allows(self, name: str, subject: str = "") -> bool:
        """Use one, and say whether it was there to be used."""
        limit = LIMITS[name]
        start = int(self._now()) // limit.slot * limit.slot
        counted = "\n".join((name, str(start), subject)).encode("utf-8", "surrogatepass")
        path = f"{start}/{hmac.new(self._key, counted, hashlib.sha256).hexdigest()}"
        if path in self._refused:
            return False
        if self._append(path, self._most.get(name, limit.most)):
            return True
        if len(self._refused) >= _REMEMBERED:
            self._refused.clear()
        self._refused[path] = None
        return False

    def _append(self, path: str, most: int) -> bool:
        """Append one byte unless the blob has `most` already."""
        blob = self._container.get_blob_client(path)
        try:
            try:
                blob.append_block(b".", maxsize_condition=most)
            except ResourceNotFoundError:  # the first use in this slot
                with contextlib.suppress(ResourceExistsError):
                    blob.create_append_blob(match_condition=MatchConditions.IfMissing)
                blob.append_block(b".", maxsize_condition=most)
        except HttpResponseError as error:
            if error.status_code == 412:
                return False
            raise
        return True
