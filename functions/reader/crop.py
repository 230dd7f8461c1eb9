"""Crops: the square picture of one face, as the classifier takes it."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from functions.reader.image import PixelBox, Pixels


def crop(pixels: Pixels, box: PixelBox, *, side: int, scale: float, roll: float = 0) -> Pixels:
    """The face at `box` as `side` × `side` pixels, grey or RGB as the picture is.

    Args:
        pixels: the picture, height × width or height × width × 3.
        box: the face's rectangle; the crop is the square around its middle.
        side: the crop's side, in pixels.
        scale: the square's side as a multiple of the box's longer side. Beyond the picture the
            picture's edge is repeated.
        roll: degrees by which the face is turned clockwise; the crop shows it upright.
    """
    if roll:
        wide = crop(pixels, box, side=3 * side, scale=1.5 * scale)
        upright = Image.fromarray(wide).rotate(roll, Image.Resampling.BICUBIC)
        middle = (side // 2, side // 2, side // 2 + 2 * side, side // 2 + 2 * side)
        return np.asarray(upright.resize((side, side), Image.Resampling.BOX, box=middle))
    rows, columns = pixels.shape[:2]
    reach = max(box[2], box[3]) * scale
    left, top = box[0] + (box[2] - reach) / 2, box[1] + (box[3] - reach) / 2
    x0, y0 = math.floor(left), math.floor(top)
    x1, y1 = max(x0 + 1, math.ceil(left + reach)), max(y0 + 1, math.ceil(top + reach))
    # A box may lie outside; at least the picture's nearest row and column are taken.
    inside = pixels[
        min(max(0, y0), rows - 1) : max(1, min(y1, rows)),
        min(max(0, x0), columns - 1) : max(1, min(x1, columns)),
    ]
    beyond = [(max(0, -y0), max(0, y1 - rows)), (max(0, -x0), max(0, x1 - columns))]
    if any(map(any, beyond)):
        inside = np.pad(inside, beyond + [(0, 0)] * (pixels.ndim - 2), mode="edge")
    # Averaging areas avoids false patterns from fine detail in a shrunk picture.
    resampling = Image.Resampling.BOX if reach >= side else Image.Resampling.BILINEAR
    window = (left - x0, top - y0, left - x0 + reach, top - y0 + reach)
    return np.asarray(Image.fromarray(inside).resize((side, side), resampling, box=window))


def closer(faces: Pixels, scale: float) -> Pixels:
    """The middle of each face (N × side × side, or × 3): 1 / `scale` of it, enlarged."""
    if scale == 1:
        return faces
    height, width = faces.shape[1:3]
    left, top = width * (1 - 1 / scale) / 2, height * (1 - 1 / scale) / 2
    window = (left, top, width - left, height - top)
    return np.stack(
        [
            np.asarray(
                Image.fromarray(np.ascontiguousarray(face)).resize(
                    (width, height), Image.Resampling.BILINEAR, box=window
                )
            )
            for face in faces
        ]
    )
