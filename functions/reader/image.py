"""A frame's picture: decoded only after its header was seen to be reasonable, and boxes in it."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from functions.contract import FRAME_MAX_SIDE, Box, UnreadError, UnreadReason

Pixels = npt.NDArray[np.uint8]
"""A picture, 0 to 255: height × width (grey) or height × width × 3 (RGB)."""
PixelBox = tuple[float, float, float, float]  # left, top, width, height in pixels

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


def decode_jpeg(data: bytes, *, grey: bool = False, enough: int | None = None) -> Pixels:
    """The picture as it is displayed: turned as its EXIF orientation says.

    Args:
        grey: height × width (the JPEG's own luma) instead of height × width × 3, RGB.
        enough: pixels the longer side needs; a picture of twice that and more is decoded at a
            half, quarter or eighth of its size, which the JPEG decoder does in less time.

    Raises:
        UnreadError: `too-large` when a side is longer than `FRAME_MAX_SIDE`; `unreadable` when the
            data is not a JPEG, or a damaged one.
    """
    mode = "L" if grey else "RGB"
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            width, height = image.size
            if max(width, height) > FRAME_MAX_SIDE:
                raise UnreadError(UnreadReason.TOO_LARGE)
            reduction = max(1, max(width, height) // enough) if enough else 1
            image.draft(mode, (max(1, width // reduction), max(1, height // reduction)))
            picture = image.convert(mode)
            upright = _UPRIGHT.get(_orientation(image))
            return np.asarray(picture if upright is None else picture.transpose(upright))
    except Image.DecompressionBombError:
        raise UnreadError(UnreadReason.TOO_LARGE) from None
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
    """A box in pixels as fractions of the picture, cut at its edges."""
    x, y, w, h = box
    left, right = max(0.0, x / width), min(1.0, (x + w) / width)
    top, bottom = max(0.0, y / height), min(1.0, (y + h) / height)
    return Box(left, top, right - left, bottom - top)
