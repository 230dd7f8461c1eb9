"""Video: the interface of each provider, which gives participants their credentials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from functions.contract import Claims


class VideoProvider(Protocol):
    """Issues credentials for one participant's video."""

    def token(self, claims: Claims) -> dict[str, Any]:
        """The credentials as JSON, which the page's call of the same `provider` understands.

        Raises:
            ApiError: 502 when the provider cannot be reached or refuses us.
        """

    def disconnect(self, room: str, connections: Sequence[str]) -> None:
        """End these connections of a removed participant; the ids are the provider's.

        Raises:
            ApiError: 502 as for `token`.
        """
