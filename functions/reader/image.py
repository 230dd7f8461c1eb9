"""Decoding a frame: nothing is allocated before the header was seen to be reasonable."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from functions.contract import FRAME_MAX_SIDE, UnreadError, UnreadReason

Pixels = npt.NDArray[np.uint8]


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
