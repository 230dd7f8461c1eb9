"""The interface of every reader of faces, for any model or service."""

from __future__ import annotations

from typing import Protocol

from functions.contract import Face


class FaceReader(Protocol):
    """Finds the faces of an image and scores eight expressions for each."""

    @property
    def name(self) -> str:
        """The reader's name, sent with each reading."""

    def read(self, image: bytes) -> tuple[Face, ...]:
        """Faces, largest first; none when there is no face.

        Args:
            image: a frame as a canvas writes it, a baseline JPEG.

        Raises:
            UnreadError: `unreadable` or `too-large`; `too-small`, `too-dark`, `blurred`,
                `turned-away` or `cut-off` if no face can be read honestly; `reader-unavailable`.
        """
