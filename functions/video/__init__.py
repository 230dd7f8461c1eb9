"""Video: what a participant needs to send and receive it, whoever carries the media."""

from __future__ import annotations

from typing import Any, Protocol

from functions.contract import Claims


class VideoProvider(Protocol):
    """Issues credentials for one participant's video."""

    def token(self, claims: Claims) -> dict[str, Any]:
        """JSON the page's call of the same `provider` understands.

        Raises:
            ApiError: 502 when the provider cannot be reached or refuses us.
        """
