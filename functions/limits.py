"""Limits on how often something may be done; they hold across instances.

    limits/SLOT/DIGEST  an append blob, one byte for each use within the time slot

The storage appends a byte only while the blob is shorter than the limit, so the limit is exact even
when instances race. For frequent actions each instance first counts some free uses in its own
memory, so that ordinary use needs no storage call. SLOT is the slot's end. DIGEST is a keyed hash
of the limit, the slot and the subject: it reveals no subject, and nothing links the names of two
slots. The timer deletes the counts of past slots (`leftovers.py`).
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from functions.contract import ApiError
from functions.limit_table import LIMITS

LIMITS_CONTAINER = "limits"
_PAST = 60  # s after a slot's end; instances' clocks may differ
_REMEMBERED = 10_000  # refused names in memory, so that a flood costs no storage calls


class Limits:
    """Counts uses; safe to share between threads."""

    def __init__(
        self,
        container: ContainerClient,
        key: str,
        most: Mapping[str, int],
        now: Callable[[], float],
    ) -> None:
        """Takes its collaborators.

        Args:
            container: holds the counts.
            key: the secret that keys the counts' names.
            most: numbers that replace those in `LIMITS`, by name.
            now: seconds since the epoch.
        """
        self._container = container
        self._key = key.encode()
        self._most = most
        self._now = now
        self._refused: set[str] = set()
        self._free: dict[str, int] = {}
        self._lock = threading.Lock()

    def spend(self, name: str, subject: str = "", uses: int = 1) -> None:
        """Count uses by `subject` in this slot: all of them, or none if they are too many.

        Raises:
            ApiError: 429 with the limit's code; `retry_after` says when the next slot begins.
        """
        if not self.allows(name, subject, uses):
            limit = LIMITS[name]
            wait = limit.slot - int(self._now()) % limit.slot
            raise ApiError(
                429, limit.code, f"Too often. Try again in {wait} seconds.", retry_after=wait
            )

    def allows(self, name: str, subject: str, uses: int = 1) -> bool:
        """Count uses in this slot if the limit allows all of them; returns whether it does.

        Raises:
            AzureError: the storage cannot count.
        """
        limit = LIMITS[name]
        end = (int(self._now()) // limit.slot + 1) * limit.slot
        counted = "\n".join((name, str(end), subject)).encode("utf-8", "surrogatepass")
        path = f"{end}/{hmac.new(self._key, counted, hashlib.sha256).hexdigest()}"
        if path in self._refused:
            return False
        if self._is_free(path, uses, limit.free):
            return True
        if self._append(path, uses, self._most.get(name, limit.most)):
            return True
        if len(self._refused) >= _REMEMBERED:
            self._refused.clear()
        self._refused.add(path)
        return False

    def past(self) -> Iterator[str]:
        """The names of the counts whose slot ended a minute ago or earlier; one listing."""
        before = int(self._now()) - _PAST
        names: Iterator[str] = self._container.list_blob_names()  # in order, so by their slots
        return itertools.takewhile(lambda name: int(name.split("/")[0]) <= before, names)

    def delete(self, name: str) -> None:
        """Delete a count; it may be gone already.

        Raises:
            AzureError: the storage cannot delete it.
        """
        with contextlib.suppress(ResourceNotFoundError):
            self._container.delete_blob(name)

    def _is_free(self, path: str, uses: int, free: int) -> bool:
        if uses > free:
            return False
        with self._lock:
            if len(self._free) >= _REMEMBERED:
                self._free.clear()
            used = self._free.get(path, 0) + uses
            if used <= free:
                self._free[path] = used
            return used <= free

    def _append(self, path: str, uses: int, most: int) -> bool:
        """Append a byte for each use unless the blob would have more than `most`."""
        blob = self._container.get_blob_client(path)
        try:
            try:
                blob.append_block(b"." * uses, maxsize_condition=most)
            except ResourceNotFoundError:  # the first use in this slot
                with contextlib.suppress(ResourceExistsError):
                    blob.create_append_blob(match_condition=MatchConditions.IfMissing)
                blob.append_block(b"." * uses, maxsize_condition=most)
        except HttpResponseError as error:
            if error.status_code == 412:
                return False
            raise
        return True
