"""What cameras, networks and life do to a face: fixed changes that every reader gets the same."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Face = npt.NDArray[np.uint8]
"""0 to 255, height × width (grey) or height × width × 3 (RGB)."""

Change = Callable[[Face, np.random.Generator], Face]

_BLUR = 1.5 / 48  # standard deviation as a share of the face's side
_LIGHT = 0.15
_SENSOR_NOISE = 2  # grey levels
_TILT = 20  # degrees


def blur(face: Face, share: float) -> Face:
    """Gaussian blur with a standard deviation of `share` of the face's height."""
    picture = Image.fromarray(face)
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(share * picture.height)))


def darken(face: Face, light: float, random: np.random.Generator) -> Face:
    """Keep `light` (0 to 1) of the light, with the noise of a sensor."""
    noise = random.normal(0, _SENSOR_NOISE, face.shape)
    return np.clip(np.round(face * light + noise), 0, 255).astype(np.uint8)


def jpeg(face: Face, quality: int) -> Face:
    """Compress and decompress."""
    file = io.BytesIO()
    Image.fromarray(face).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def shrink(face: Face, side: int) -> Face:
    """What is left of a face that was `side` pixels high."""
    picture = Image.fromarray(face)
    width = max(1, round(picture.width * side / picture.height))
    small = picture.resize((width, side), Image.Resampling.BOX)
    return np.asarray(small.resize(picture.size, Image.Resampling.BILINEAR))


def tilt(face: Face, degrees: float) -> Face:
    """Turn anticlockwise; what comes in from outside repeats the edge."""
    around = face.shape[0] // 4, face.shape[1] // 4
    beyond = [(side, side) for side in around] + [(0, 0)] * (face.ndim - 2)
    wide = Image.fromarray(np.pad(face, beyond, mode="edge"))
    turned = np.asarray(wide.rotate(degrees, Image.Resampling.BICUBIC))
    return turned[around[0] :, around[1] :][: face.shape[0], : face.shape[1]]


def cover_lower_half(face: Face, random: np.random.Generator) -> Face:
    """A plain cloth of any grey from the middle down."""
    covered = face.copy()
    covered[face.shape[0] // 2 :] = random.integers(0, 256)
    return covered


CHANGES: dict[str, Change] = {
    "clean": lambda face, _: face,
    "mirrored": lambda face, _: np.ascontiguousarray(face[:, ::-1]),
    "blur 1.5/48": lambda face, _: blur(face, _BLUR),
    "15 % light": lambda face, random: darken(face, _LIGHT, random),
    "JPEG 30": lambda face, _: jpeg(face, 30),
    "20 px face": lambda face, _: shrink(face, 20),
    "tilt +20°": lambda face, _: tilt(face, _TILT),
    "tilt -20°": lambda face, _: tilt(face, -_TILT),
    "lower half covered": cover_lower_half,
}
"""The rows of the robustness table."""
