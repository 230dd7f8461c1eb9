"""What a webcam, a codec and a bad lamp do to a face, on 48×48 grey crops.

Every function takes and returns one face, float32 48×48 with values 0..255, and draws from the
generator it is given, so that a seed repeats a batch exactly.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

Face = npt.NDArray[np.float32]
Random = np.random.Generator
Step = Callable[[Face, Random], Face]

_BORDERS = (cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT_101, cv2.BORDER_CONSTANT)
_DOWN = (cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_NEAREST)
_UP = (cv2.INTER_LINEAR, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)


def _float(image: npt.NDArray[np.generic]) -> Face:
    return np.asarray(image, dtype=np.float32)


def warp(
    face: Face,
    *,
    degrees: float = 0,
    scale: float = 1,
    move: tuple[float, float] = (0, 0),
    stretch: float = 1,
    border: int = cv2.BORDER_REPLICATE,
) -> Face:
    """Rotate (degrees), zoom (>1 is closer), move (pixels right, down) and stretch sideways."""
    height, width = face.shape
    angle = np.deg2rad(degrees)
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    turn = np.array([[cos * stretch, -sin], [sin * stretch, cos]])
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix = np.column_stack([turn, middle + np.array(move) - turn @ middle])
    return _float(
        cv2.warpAffine(
            face,
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR,
            borderMode=border,
            borderValue=float(face[0, 0]),
        )
    )


def crop_jitter(face: Face, random: Random, strength: float = 1.0) -> Face:
    """A detector's box: tilted, off centre, too tight or too wide."""
    return warp(
        face,
        degrees=float(np.clip(random.normal(0, 10), -27, 27)) * strength,
        scale=float(np.exp(random.uniform(-0.25, 0.33) * strength)),
        move=(float(random.uniform(-6, 6)) * strength, float(random.uniform(-6, 6)) * strength),
        stretch=float(np.exp(random.uniform(-0.15, 0.15) * strength)),
        border=int(random.choice(_BORDERS)),
    )


def gamma(face: Face, exponent: float) -> Face:
    """Power-law tone curve; exponents above 1 darken."""
    return _float(255 * (np.clip(face, 0, 255) / 255) ** exponent)


def tone(face: Face, random: Random) -> Face:
    """Exposure, contrast and tone curve."""
    face = gamma(face, float(np.exp(random.uniform(-0.7, 0.7))))
    contrast = float(np.exp(random.uniform(-0.8, 0.3)))
    middle = float(face.mean())
    return (face - middle) * np.float32(contrast) + np.float32(middle + random.uniform(-45, 45))


def darkness(face: Face, random: Random) -> Face:
    """An unlit room: an eighth to a half of the light, and the sensor's noise."""
    dark = face * np.float32(random.uniform(0.12, 0.5))
    return dark + random.normal(0, random.uniform(0, 3), face.shape).astype(np.float32)


def side_light(face: Face, random: Random) -> Face:
    """A lamp or window at one side: a linear gradient in a random direction."""
    angle = random.uniform(0, 2 * np.pi)
    axis = np.linspace(-1, 1, face.shape[0], dtype=np.float32)
    ramp = np.cos(angle) * axis[None, :] + np.sin(angle) * axis[:, None]
    gain = 1 + np.float32(random.uniform(0.2, 0.8)) * _float(ramp)
    return face * _float(gain) + _float(ramp) * np.float32(random.uniform(-30, 60))


def resample(face: Face, side: int, down: int, up: int) -> Face:
    """Seen at `side` pixels, then brought back to the crop's size."""
    small = cv2.resize(face, (side, side), interpolation=down)
    return _float(cv2.resize(small, face.shape[::-1], interpolation=up))


def low_resolution(face: Face, random: Random) -> Face:
    """A small face: 15 to 40 pixels."""
    side = int(np.exp(random.uniform(np.log(15), np.log(40))))
    return resample(face, side, int(random.choice(_DOWN)), int(random.choice(_UP)))


def blur(face: Face, random: Random) -> Face:
    """Out of focus, or moving along a random line."""
    if random.random() < 0.6:
        return _float(cv2.GaussianBlur(face, (0, 0), float(random.uniform(0.5, 1.8))))
    length = int(random.integers(3, 7))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D(((length - 1) / 2,) * 2, float(random.uniform(0, 180)), 1)
    kernel = _float(cv2.warpAffine(kernel, turn, (length, length)))
    return _float(cv2.filter2D(face, -1, kernel / max(float(kernel.sum()), 1e-3)))


def jpeg(face: Face, quality: int) -> Face:
    """JPEG at `quality` (1..100) and back."""
    pixels = np.clip(face, 0, 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    return _float(decoded)


def compress(face: Face, random: Random) -> Face:
    """A codec short of bits."""
    return jpeg(face, int(random.integers(12, 75)))


def noise(face: Face, random: Random) -> Face:
    """Sensor noise."""
    return face + random.normal(0, random.uniform(2, 12), face.shape).astype(np.float32)


def equalise(face: Face, random: Random) -> Face:
    """A camera's local contrast enhancement (CLAHE)."""
    clip = cv2.createCLAHE(float(random.uniform(1, 4)), (int(random.integers(1, 5)),) * 2)
    return _float(clip.apply(np.clip(face, 0, 255).astype(np.uint8)))


def _cloth(shape: tuple[int, int], random: Random) -> Face:
    """A covering's surface: any brightness, shaded, folded or patterned."""
    height, width = shape
    surface = np.full(shape, random.uniform(5, 250), np.float32)
    axis = np.linspace(-1, 1, height, dtype=np.float32)
    surface += axis[:, None] * np.float32(random.uniform(-30, 30))
    surface += axis[None, :] * np.float32(random.uniform(-30, 30))
    if random.random() < 0.5:
        folds = np.sin(axis * random.uniform(5, 25) + random.uniform(0, 6))
        surface += _float(folds)[:, None] * np.float32(random.uniform(0, 20))
    if random.random() < 0.3:
        cells = int(random.integers(3, 12))
        pattern = random.normal(0, random.uniform(5, 40), (cells, cells)).astype(np.float32)
        surface += cv2.resize(pattern, (width, height), interpolation=cv2.INTER_LINEAR)
    return surface


def _cover(face: Face, outline: npt.NDArray[np.float64], random: Random) -> Face:
    """`face` with a cloth inside `outline` (M×2 pixels, x then y), its edge softened."""
    inside = np.zeros(face.shape, np.float32)
    points = np.round(outline * 8).astype(np.int32)
    cv2.fillPoly(inside, [points], 1.0, cv2.LINE_8, 3)
    inside = _float(cv2.GaussianBlur(inside, (0, 0), float(random.uniform(0.3, 0.8))))
    return face * (1 - inside) + _cloth((face.shape[0], face.shape[1]), random) * inside


def mask(face: Face, random: Random) -> Face:
    """A surgical or cloth mask from the nose to the chin (face frame of an upright crop)."""
    top = random.uniform(22, 31)
    sides = top + random.uniform(-3, 4)
    left, right = random.uniform(1, 9), random.uniform(39, 47)
    bottom = random.uniform(44, 50)
    outline = np.array(
        [
            (left, sides),
            (15, (top + sides) / 2 - 1),
            (24, top - random.uniform(0, 4)),
            (33, (top + sides) / 2 - 1),
            (right, sides),
            (right - 2, sides + (bottom - sides) * 0.6),
            (33, bottom - 1),
            (24, bottom + 1),
            (15, bottom - 1),
            (left + 2, sides + (bottom - sides) * 0.6),
        ]
    )
    outline += random.normal(0, 0.7, outline.shape) + random.normal(0, 1, (1, 2))
    covered = _cover(face, outline, random)
    if random.random() < 0.5:
        shade = float(random.uniform(0, 255))
        for side, ear in ((left, -2), (right, 50)):
            start, end = (int(side), int(sides + 1)), (ear, int(sides - random.uniform(1, 7)))
            cv2.line(covered, start, end, shade, 1, cv2.LINE_AA)
    return covered


def glasses(face: Face, random: Random) -> Face:
    """Sunglasses or a dark frame around clear lenses."""
    shade, line = float(random.uniform(0, 90)), int(random.integers(1, 3))
    eyes = random.uniform(16, 22)
    size = (int(random.integers(6, 10)), int(random.integers(4, 8)))
    filled = random.random() < 0.5
    worn = face.copy()
    for x in (14 + random.uniform(-2, 1), 34 + random.uniform(-1, 2)):
        middle = (int(x), int(eyes))
        cv2.ellipse(worn, middle, size, 0, 0, 360, shade, -1 if filled else line)
    cv2.line(worn, (20, int(eyes) - 2), (28, int(eyes) - 2), shade, line)
    keep = np.float32(random.uniform(0.7, 1)) if filled else np.float32(1)
    return worn * keep + face * (1 - keep)


def obstacle(face: Face, random: Random) -> Face:
    """A hand, a cup, hair: a rotated box or oval anywhere."""
    middle = random.uniform(0, 48, 2)
    size = random.uniform(4, 13, 2)
    steps = np.linspace(0, 2 * np.pi, 4 if random.random() < 0.5 else 12, endpoint=False)
    steps = steps + random.uniform(0, np.pi)
    outline = middle + np.column_stack([np.cos(steps), np.sin(steps)]) * size
    return _cover(face, outline, random)


def plain_background(face: Face, random: Random) -> Face:
    """An oval face before an even background, as in a laboratory or a segmented call."""
    inside = np.zeros(face.shape, np.float32)
    middle = (int(random.integers(22, 27)), int(random.integers(22, 28)))
    size = (int(random.integers(16, 23)), int(random.integers(21, 28)))
    cv2.ellipse(inside, middle, size, float(random.uniform(-8, 8)), 0, 360, 1.0, -1)
    inside = _float(cv2.GaussianBlur(inside, (0, 0), float(random.uniform(0.5, 2))))
    return face * inside + np.float32(random.uniform(0, 255)) * (1 - inside)


_WORN: tuple[tuple[float, Step], ...] = (
    (0.07, plain_background),
    (0.12, mask),
    (0.07, glasses),
)
_SEEN: tuple[tuple[float, Step], ...] = (
    (0.15, obstacle),
    (0.20, side_light),
    (0.40, tone),
    (0.06, darkness),
    (0.07, equalise),
    (0.20, low_resolution),
    (0.15, blur),
    (0.12, noise),
    (0.15, compress),
)


def augment(face: npt.NDArray[np.uint8], random: Random, strength: float = 1.0) -> Face:
    """One training view of `face` (48×48 uint8), float32 48×48, 0..255.

    `strength` scales how often each change happens and how far the crop moves. At most two
    changes of light and quality meet in one view: with all of them at once faces become
    unreadable for people too. One view in
    eight is only mirrored and moved a little, so that clean faces stay familiar.
    """
    view = face.astype(np.float32)
    if random.random() < 0.5:
        view = np.ascontiguousarray(view[:, ::-1])
    if random.random() < 0.125:
        return crop_jitter(view, random, 0.3)
    for chance, step in _WORN:
        if random.random() < chance * strength:
            view = step(view, random)
    view = crop_jitter(view, random, strength)
    drawn = random.random(len(_SEEN))
    happened = [
        step for (chance, step), u in zip(_SEEN, drawn, strict=True) if u < chance * strength
    ]
    while len(happened) > 2:
        happened.pop(int(random.integers(len(happened))))
    for step in happened:
        view = step(view, random)
    return np.clip(view, 0, 255)
