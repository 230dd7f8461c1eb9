"""A frame's picture: decoded only after its header was seen to be reasonable, and boxes in it."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from functions.contract import FRAME_MAX_SIDE, Box, UnreadError, UnreadReason

Pixels = npt.NDArray[np.uint8]
PixelBox = tuple[float, float, float, float]  # left, top, width, height in pixels


def decode_jpeg(data: bytes) -> Pixels:
    """The picture as height × width × 3, RGB, 0 to 255.

    Raises:
        UnreadError: `too-large` when a side is longer than `FRAME_MAX_SIDE`; `unreadable` when the
            data is not a JPEG, or a damaged one.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            if max(image.size) > FRAME_MAX_SIDE:
                raise UnreadError(UnreadReason.TOO_LARGE)
            return np.asarray(image.convert("RGB"))
    except Image.DecompressionBombError:
        raise UnreadError(UnreadReason.TOO_LARGE) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise UnreadError(UnreadReason.UNREADABLE) from error


def fractions(box: PixelBox, width: int, height: int) -> Box:
    """A box in pixels as fractions of the picture, cut at its edges."""
    x, y, w, h = box
    left, right = max(0.0, x / width), min(1.0, (x + w) / width)
    top, bottom = max(0.0, y / height), min(1.0, (y + h) / height)
    return Box(left, top, right - left, bottom - top)
