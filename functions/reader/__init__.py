"""Reading faces: what every reader does, whichever model or service is behind it."""

from __future__ import annotations

from typing import Protocol

from functions.contract import Face


class FaceReader(Protocol):
    """Finds the faces of an image and scores eight expressions for each."""

    @property
    def name(self) -> str:
        """What reads the faces, told with each reading."""

    def read(self, image: bytes) -> tuple[Face, ...]:
        """Faces, largest first; none when there is no face.

        Args:
            image: a JPEG file.

        Raises:
            UnreadError: `unreadable` or `too-large`; `too-small`, `too-dark`, `blurred` or
                `turned-away` when no face can be read honestly; `reader-unavailable`.
        """
