"""A face found in a picture, and its place in a turned picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from functions.reader.image import PixelBox

Floats = npt.NDArray[np.float32]
Place = tuple[float, float]
"""x and y, in pixels."""


@dataclass(frozen=True)
class FoundFace:
    """One face: its box in pixels, and 5 × 2 points (x, y in pixels).

    The points are, from the left of the picture for an upright face: eye, eye, nose, mouth corner,
    mouth corner. `score` is the detector's, 0 to 1. `aspect` is the face's own width by its height:
    the box's, unless the face is rolled.
    """

    box: PixelBox
    points: Floats
    score: float
    aspect: float

    @property
    def roll(self) -> float:
        """Degrees by which the line of the eyes is turned clockwise, -180 to 180."""
        right, down = self.points[1] - self.points[0]
        return float(np.degrees(np.arctan2(down, right)))

    @property
    def middle(self) -> Place:
        """The middle of the box."""
        left, top, width, height = self.box
        return left + width / 2, top + height / 2

    def turned_back(self, degrees: float, seen: Place, whole: Place, scale: float) -> FoundFace:
        """The face's place in the unturned picture; its box there is a square of its longer side.

        Args:
            degrees: the anticlockwise turn of the picture in which it was found.
            seen: the turn's centre, in the turned picture.
            whole: the same point in the unturned picture.
            scale: pixels of the unturned picture for one pixel of the turned one.
        """
        cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        back = np.array([[cos, sin], [-sin, cos]]) * scale  # for rows of x and y
        side = max(self.box[2:]) * scale
        x, y = (np.array(self.middle) - seen) @ back + whole
        return FoundFace(
            (float(x) - side / 2, float(y) - side / 2, side, side),
            ((self.points - seen) @ back + whole).astype(np.float32),
            self.score,
            self.aspect,
        )


def largest_first(faces: list[FoundFace]) -> list[FoundFace]:
    """The faces by the area of their boxes."""
    return sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)
