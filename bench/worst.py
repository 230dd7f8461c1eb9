"""The greatest cost of a frame, step by step: `python -m bench.reader --worst`.

Each of the pictures made to hurt (`tests/hostile/images.py`) is taken through every step. Figures
are milliseconds of processor, the least of three runs, since what other programs take is no
picture's doing. The exit code is 1 where any of them took longer than half a second as a whole.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from functions.contract import FACES_MAX, FRAME_MAX_SIDE, UnreadError
from functions.reader.embedded import EmbeddedReader
from functions.reader.found import FoundFace
from functions.reader.image import Pixels, decode_frame
from functions.reader.jpeg import baseline
from tests.hostile.images import HOSTILE

LIMIT_MS: Final = 500.0
_ENOUGH = 960  # px, as the embedded reader says
_STEPS = ("header", "decode", "find", "whole")


class GiantFaces:
    """Finds what no picture shows: as many and as large faces as the steps after it ever get."""

    def find(self, pixels: Pixels) -> list[FoundFace]:
        """Boxes that reach far beyond the picture, of faces that look into the camera."""
        side = max(pixels.shape[:2])
        middle = np.array([pixels.shape[1], pixels.shape[0]], np.float32)
        points = np.array([[-9, -9], [9, -9], [0, 0], [-8, 9], [8, 9]], np.float32)
        points += middle / 2
        box = (-side / 8, -side / 8, 1.25 * side, 1.25 * side)
        return [FoundFace(box, points, 0.9, 0.75)] * FACES_MAX


def _milliseconds(step: Callable[[], object]) -> float:
    def once() -> float:
        began = time.thread_time()
        with contextlib.suppress(UnreadError):
            step()
        return 1000 * (time.thread_time() - began)

    return round(min(once() for _ in range(3)), 1)


def worst() -> dict[str, dict[str, float]]:
    """Milliseconds of processor for each step and hostile picture, the least of three runs.

    Returns:
        By picture, then by step (`header`, `decode`, `find`, `whole`). The last row has the largest
        frame with eight giant faces.
    """
    reader = EmbeddedReader()
    table: dict[str, dict[str, float]] = {}
    for name, (make, _) in HOSTILE.items():
        image = make()
        table[name] = {
            "header": _milliseconds(lambda image=image: baseline(image)),  # type: ignore[misc]
            "decode": _milliseconds(lambda image=image: decode_frame(image)),  # type: ignore[misc]
            "find": 0.0,
            "whole": _milliseconds(lambda image=image: reader.read(image)),  # type: ignore[misc]
        }
        with contextlib.suppress(UnreadError):
            pixels = decode_frame(image, enough=_ENOUGH)
            table[name]["find"] = _milliseconds(
                lambda pixels=pixels: reader._detector.find(pixels)  # type: ignore[misc]
            )
    reader._detector = GiantFaces()  # type: ignore[assignment]
    side = 2 * _ENOUGH - 1  # the largest that is not decoded at a half
    assert side <= FRAME_MAX_SIDE
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    table["giant faces, judged, cropped and classified"] = dict.fromkeys(_STEPS, 0.0) | {
        "whole": _milliseconds(lambda: reader.read_pixels(pixels))
    }
    return table


def dearest(table: dict[str, dict[str, float]]) -> dict[str, tuple[float, str]]:
    """For each step its greatest milliseconds in the table of `worst`, and the picture's name."""
    return {step: max((row[step], name) for name, row in table.items()) for step in _STEPS}
