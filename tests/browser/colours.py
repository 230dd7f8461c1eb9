"""A reader of painted colours, so that a test can say how each participant looks.

A camera shows one rectangle of a plain colour: its place is the face's box, its hue the
expression. So each participant can look different, and change, and nothing can be guessed.
"""

from __future__ import annotations

import colorsys

import numpy as np

from functions.contract import Box, Expression, Face
from functions.reader.image import decode_frame

_SATURATION = 0.5  # the background is grey
_CONFIDENCE = 0.8


def colour_of(expression: Expression) -> str:
    """The CSS colour that stands for an expression: eight hues, evenly spaced."""
    hue = list(Expression).index(expression) / len(Expression)
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, 1, 1))
    return f"#{red:02x}{green:02x}{blue:02x}"


class ColourReader:
    """A `FaceReader` for painted rectangles."""

    name = "colour"

    def read(self, image: bytes) -> tuple[Face, ...]:
        """See `FaceReader.read`."""
        pixels = decode_frame(image).astype(np.float64) / 255
        height, width = pixels.shape[:2]
        brightest, darkest = pixels.max(2), pixels.min(2)
        coloured = brightest - darkest > _SATURATION
        if coloured.sum() < 0.001 * coloured.size:
            return ()
        rows, columns = np.flatnonzero(coloured.any(1)), np.flatnonzero(coloured.any(0))
        box = Box(
            columns[0] / width,
            rows[0] / height,
            (columns[-1] - columns[0] + 1) / width,
            (rows[-1] - rows[0] + 1) / height,
        )
        hue, _, _ = colorsys.rgb_to_hsv(*np.median(pixels[coloured], axis=0))
        expressions = list(Expression)
        seen = expressions[round(hue * len(expressions)) % len(expressions)]
        rest = (1 - _CONFIDENCE) / (len(expressions) - 1)
        return (Face(box, {e: _CONFIDENCE if e is seen else rest for e in expressions}),)
