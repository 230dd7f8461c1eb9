"""Decoding a frame, after a check of its header, and boxes in pictures."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from functions.contract import Box, UnreadError, UnreadReason
from functions.reader.jpeg import baseline, require_photograph

Pixels = npt.NDArray[np.uint8]
"""A picture, 0 to 255: height × width (grey) or height × width × 3 (RGB)."""
PixelBox = tuple[float, float, float, float]  # left, top, width, height in pixels
LARGEST = 1.25  # a face's box, in longer sides of the picture

_ORIENTATION = 0x0112  # the EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode_frame(data: bytes, *, enough: int | None = None) -> Pixels:
    """A participant's frame, height × width × 3 (RGB); only what a browser's canvas writes.

    Args:
        data: a baseline JPEG; see `functions.reader.jpeg`.
        enough: pixels the longer side needs; a picture of twice that and more is decoded at a
            half, quarter or eighth of its size, which takes less time.

    Raises:
        UnreadError: `too-large` if a side is longer than `FRAME_MAX_SIDE`; `unreadable` if the
            data is no such JPEG, or a damaged one.
    """
    picture, _ = _decode(baseline(data), enough)
    return np.asarray(picture)


def decode_photograph(data: bytes, *, enough: int | None = None) -> Pixels:
    """Any JPEG, height × width × 3 (RGB), as it is displayed: turned as its EXIF orientation says.

    Raises:
        UnreadError: as for `decode_frame`; also `unreadable` if decoding would take too long.
    """
    require_photograph(data)
    picture, orientation = _decode(data, enough)
    upright = _UPRIGHT.get(orientation)
    return np.asarray(picture if upright is None else picture.transpose(upright))


def _decode(data: bytes, enough: int | None) -> tuple[Image.Image, int]:
    """The picture (RGB) and its EXIF orientation."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            width, height = image.size
            reduction = max(1, max(width, height) // enough) if enough else 1
            image.draft("RGB", (max(1, width // reduction), max(1, height // reduction)))
            return image.convert("RGB"), _orientation(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise UnreadError(UnreadReason.UNREADABLE) from error


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged EXIF block fails in many ways; the picture itself is whole
        return 1


def to_grey(pixels: Pixels) -> Pixels:
    """The picture's luma (ITU-R BT.601), height × width."""
    return pixels if pixels.ndim == 2 else np.asarray(Image.fromarray(pixels).convert("L"))


def fractions(box: PixelBox, width: int, height: int) -> Box:
    """The part of a box (left, top, width, height in pixels) inside a picture, as fractions of it.

    Args:
        box: the face's rectangle; it may reach beyond the picture.
        width: the picture's, in pixels.
        height: the picture's, in pixels.
    """
    x, y, w, h = box
    left, right = max(0.0, x / width), min(1.0, (x + w) / width)
    top, bottom = max(0.0, y / height), min(1.0, (y + h) / height)
    return Box(left, top, right - left, bottom - top)
