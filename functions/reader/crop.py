"""The square picture of one face that a classifier looks at."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from functions.reader.image import PixelBox, Pixels


def crop(pixels: Pixels, box: PixelBox, *, side: int, scale: float) -> Pixels:
    """The face at `box` as `side` × `side` pixels, grey or RGB as the picture is.

    Args:
        pixels: the picture, height × width or height × width × 3.
        box: the face's rectangle; the crop is the square around its middle.
        scale: the square's side as a multiple of the box's longer one. Beyond the picture its
            edge is repeated.
    """
    rows, columns = pixels.shape[:2]
    reach = max(box[2], box[3]) * scale
    left, top = box[0] + (box[2] - reach) / 2, box[1] + (box[3] - reach) / 2
    x0, y0 = math.floor(left), math.floor(top)
    x1, y1 = max(x0 + 1, math.ceil(left + reach)), max(y0 + 1, math.ceil(top + reach))
    # A box may reach far out, but of the picture at least its nearest row and column are taken.
    inside = pixels[
        min(max(0, y0), rows - 1) : max(1, min(y1, rows)),
        min(max(0, x0), columns - 1) : max(1, min(x1, columns)),
    ]
    beyond = [(max(0, -y0), max(0, y1 - rows)), (max(0, -x0), max(0, x1 - columns))]
    if any(map(any, beyond)):
        inside = np.pad(inside, beyond + [(0, 0)] * (pixels.ndim - 2), mode="edge")
    # Averaging areas when shrinking keeps fine detail from turning into false patterns.
    resampling = Image.Resampling.BOX if reach >= side else Image.Resampling.BILINEAR
    window = (left - x0, top - y0, left - x0 + reach, top - y0 + reach)
    return np.asarray(Image.fromarray(inside).resize((side, side), resampling, box=window))
