"""Checks of faces: which cannot be read honestly, and why; which are rolled or distorted.

At each threshold the classifier has lost about half of its accuracy; no face of the clean
validation part is near it. `docs/reader.md` has the figures.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from functions.contract import UnreadReason
from functions.reader.crop import crop
from functions.reader.found import FoundFace
from functions.reader.image import Pixels

SMALLEST = 16  # px, the longer side of the detector's box in the picture
LEAST_CONTRAST = 3.0  # standard deviation of the grey levels, 0 to 255
LEAST_SHARPNESS = 0.004
CHIN, BROW, CHEEK = 0.36, 0.6, 0.25  # how far a face reaches beyond its points: see `outline`
MOST_ROLLED = 22.5  # degrees; up to this roll the classifier reads a face without turning it
NARROWEST, WIDEST = 0.64, 0.9  # width by height of the face as the detector sees it
SLIM, BROAD = 0.66, 0.86  # the same if the detector's score is below `CERTAIN`
CERTAIN = 0.88
BARELY = 0.8  # the detector's score, below which a face at the picture's edge may be half of one
MOST_TURNED = 0.9  # eye distances from the middle of the eyes to the nose: a full profile

_GAP = 0.03  # of a face's side
_SIDE = 48  # px, the side at which contrast and sharpness are measured
_SMEAR = 8  # px, how far JPEG smears an edge
_ONE_COLOUR = 4  # grey levels, of which a bar has no more; a camera's noise has
_DARK = 128  # mean grey level; below it, a lack of contrast means a lack of light


def fault(grey: Pixels, face: FoundFace) -> UnreadReason | None:
    """Why a face of a picture (height × width, grey) cannot be read, or None when it can."""
    if max(face.box[2:]) < SMALLEST:
        return UnreadReason.TOO_SMALL
    ends = outline(face)
    if (ends < 0).any() or (ends > grey.shape[1::-1]).any() or _is_half(grey, face):
        return UnreadReason.CUT_OFF
    if turned(face) > MOST_TURNED:
        return UnreadReason.TURNED_AWAY
    seen = crop(grey, face.box, side=_SIDE, scale=1.0).astype(np.float32)
    if seen.std() < LEAST_CONTRAST:
        return UnreadReason.TOO_DARK if seen.mean() < _DARK else UnreadReason.BLURRED
    if sharpness(seen) < LEAST_SHARPNESS:
        return UnreadReason.BLURRED
    return UnreadReason.CUT_OFF if _is_barred(grey, ends) else None


def outline(face: FoundFace) -> npt.NDArray[np.float32]:
    """The outline that a reading needs: chin, brow and both cheeks, 4 × 2 pixels.

    Each lies beyond the points by a share of the distance from the eyes to the mouth. The
    detector completes a face beyond the picture's edge; its points are better than its box there.
    """
    eyes, mouth = face.points[:2], face.points[3:]
    down = mouth.mean(0) - eyes.mean(0)
    across = eyes[1] - eyes[0]
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    sides = face.points[[0, 1, 3, 4]]
    along = sides @ across
    cheek = CHEEK * float(np.linalg.norm(down)) * across
    return np.stack(
        [
            mouth.mean(0) + CHIN * down,
            eyes.mean(0) - BROW * down,
            sides[along.argmin()] - cheek,
            sides[along.argmax()] + cheek,
        ]
    )


def _is_half(grey: Pixels, face: FoundFace) -> bool:
    """Whether this may be one half of a face, at the picture's edge, with the points of a whole."""
    left, top, width, height = face.box
    gap = min(left, top, grey.shape[1] - left - width, grey.shape[0] - top - height)
    return face.score < BARELY and gap < _GAP * max(width, height)


def _is_barred(grey: Pixels, ends: npt.NDArray[np.float32]) -> bool:
    """Whether a face reaches a bar of one colour, which fills a picture up to a frame's format.

    Args:
        grey: the picture.
        ends: the face's outline, inside it.
    """
    left, top = np.ceil(ends.min(0)).astype(int) - _SMEAR
    right, bottom = ends.max(0).astype(int) + _SMEAR
    beyond = grey[: max(0, top)], grey[bottom:], grey[:, : max(0, left)], grey[:, right:]
    return any(part.size and int(part.max()) - part.min() < _ONE_COLOUR for part in beyond)


def roll(face: FoundFace) -> float:
    """Degrees to turn a crop anticlockwise; 0 if turning gains nothing."""
    return face.roll if abs(face.roll) > MOST_ROLLED else 0.0


def squeezed(face: FoundFace) -> bool:
    """Whether the picture's sides were scaled by different amounts, by the face's shape."""
    least, most = (NARROWEST, WIDEST) if face.score >= CERTAIN else (SLIM, BROAD)
    return not least <= face.aspect <= most


def sharpness(grey: npt.NDArray[np.float32]) -> float:
    """The variance of the Laplacian over the variance of the picture itself.

    Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy: a comparative study",
    ICPR 2000; divided so that contrast and light do not count.
    """
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    laplacian = around - 4 * grey[1:-1, 1:-1]
    return float(laplacian.var() / max(grey.var(), 1e-6))


def turned(face: FoundFace) -> float:
    """The nose's distance from the middle of the eyes, along their line, in eye distances.

    0 for a face that looks into the camera; it grows with the sine of the yaw.
    """
    eye, other, nose = face.points[:3]
    line = other - eye
    return float(abs(np.dot(nose - (eye + other) / 2, line)) / max(np.dot(line, line), 1e-6))
