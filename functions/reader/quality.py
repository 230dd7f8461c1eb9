"""Which faces nobody could read honestly, and why: too small, too dark, blurred, turned away.

Each threshold lies where the classifier has lost about half of what it knows, far from any face of
the clean validation part; `docs/reader.md` has the figures.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from functions.contract import UnreadReason
from functions.reader.crop import crop
from functions.reader.detector import FoundFace
from functions.reader.image import Pixels

SMALLEST = 16  # px, the longer side of the detector's box in the picture
LEAST_CONTRAST = 3.0  # standard deviation of the grey levels, 0 to 255
LEAST_SHARPNESS = 0.004
MOST_TURNED = 0.9  # eye distances the nose is beside the middle of the eyes: a full profile

_SIDE = 48  # px, at which contrast and sharpness are measured
_DARK = 128  # mean grey level below which lack of contrast is lack of light


def fault(grey: Pixels, face: FoundFace) -> UnreadReason | None:
    """Why a face of a picture (height × width, grey) cannot be read, or None when it can."""
    if max(face.box[2:]) < SMALLEST:
        return UnreadReason.TOO_SMALL
    if turned(face) > MOST_TURNED:
        return UnreadReason.TURNED_AWAY
    seen = crop(grey, face.box, side=_SIDE, scale=1.0).astype(np.float32)
    if seen.std() < LEAST_CONTRAST:
        return UnreadReason.TOO_DARK if seen.mean() < _DARK else UnreadReason.BLURRED
    return UnreadReason.BLURRED if sharpness(seen) < LEAST_SHARPNESS else None


def sharpness(grey: npt.NDArray[np.float32]) -> float:
    """The variance of the Laplacian over the variance of the picture itself.

    Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy: a comparative study",
    ICPR 2000; divided so that contrast and light do not count.
    """
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    laplacian = around - 4 * grey[1:-1, 1:-1]
    return float(laplacian.var() / max(grey.var(), 1e-6))


def turned(face: FoundFace) -> float:
    """How far the nose is beside the middle of the eyes, along their line, in eye distances.

    0 for a face that looks into the camera; it grows with the sine of the yaw.
    """
    eye, other, nose = face.points[:3]
    line = other - eye
    return float(abs(np.dot(nose - (eye + other) / 2, line)) / max(np.dot(line, line), 1e-6))
