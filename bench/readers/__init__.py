"""Readers of expressions that `bench.accuracy` compares; each loads only when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""0 to 255, height × width (grey) or height × width × 3 (RGB)."""
Scores = npt.NDArray[np.float32]
"""Eight scores in the order of `Expression`, summing to 1."""


@dataclass(frozen=True)
class Sight:
    """The result for a photograph.

    Attributes:
        scores: of the largest face, 8 in the order of `Expression`; None if no face was read.
        unread: why there are none.
    """

    scores: Scores | None
    unread: str = ""


class Reader(Protocol):
    """One way to read expressions."""

    unsure_below: float
    """The top score below which it says that it is not sure; 0 when it never does."""
    files: tuple[Path, ...]
    """The models that it loads to read a photograph."""

    def processor(self) -> float:
        """Seconds of processor it has taken so far, without what other programs took."""

    def crop(self, face: Image) -> Scores:
        """Scores, 8 in the order of `Expression`, of a face that fills the image (uint8)."""

    def photograph(self, jpeg: bytes) -> Sight:
        """Look for faces in a JPEG file and read the largest."""
