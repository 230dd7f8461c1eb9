"""The face detector YuNet: the faces of a picture, with the eyes, nose and mouth of each.

Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research, 2023;
MIT licence. The network gives two probabilities, a box and five points for each cell of three
grids. This module makes faces of them as OpenCV's `FaceDetectorYN` does (`face_detect.cpp`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from functions.reader import network, rolled
from functions.reader.found import Floats, FoundFace, largest_first
from functions.reader.image import LARGEST, Pixels

MODEL = Path(__file__).parent / "face_detection_yunet_2023mar_any_size.onnx"

_STRIDES = (8, 16, 32)  # pixels a cell of each grid covers
_SCORE = 0.7
_HINT = 0.3  # the score from which something may be a face and is worth a closer look
_OVERLAP = 0.3  # intersection over union beyond which two boxes are one face
_CANDIDATES = 512  # the likeliest are kept of each look; a face of 100 px gives about ten
_SHEET = 384  # px, the longest side of a picture that is turned
_STOOD_UP = 2  # only so many faces of a frame, the largest, are turned if they are doubtful
_SMALL = 32  # px at a glance; if a face is smaller, others may have been missed
_WITHIN = 0.8  # of a box inside a larger one: then it is a part of that face


class FaceDetector:
    """Finds faces; safe to share between threads.

    Args:
        glance: the longer side, in pixels, at which every picture is looked at.
        close_look: the longer side for a second look, if the glance shows no face, something that
            may be one, or a face so small that others may have been missed.
    """

    def __init__(self, model: Path = MODEL, *, glance: int = 320, close_look: int = 640) -> None:
        self._network = network.load(model)
        self._glance = glance
        self._close_look = close_look

    def find(self, pixels: Pixels) -> list[FoundFace]:
        """The faces of a picture, largest first, their boxes and points in its pixels.

        Args:
            pixels: height × width × 3 (RGB) or height × width (grey), uint8. Colour helps to find
                small faces.
        """
        longest = max(pixels.shape[:2])
        glance, close_look = min(self._glance, longest), min(self._close_look, longest)
        found = self._look(pixels, glance)
        found = found[_distinct(found)]
        small = _SMALL * longest / glance
        clear = (found[:, 14] >= _SCORE) & (found[:, 2:4].max(1) >= small)
        if close_look > glance and not (len(found) and clear.all()):
            found = np.concatenate([found, self._look(pixels, close_look)])
            found = found[_distinct(found)]
        faces = _faces(found[found[:, 14] >= _SCORE])
        if not faces:
            return _apart(rolled.find(self._hints, pixels, glance, hint=len(found) > 0))
        for place, face in enumerate(faces[:_STOOD_UP]):
            if face.score < rolled.DOUBTFUL and max(face.box[2:]) <= longest:
                faces[place] = rolled.stand_up(self._hints, pixels, face)
        return _apart(largest_first(faces))

    def _hints(self, pixels: Pixels) -> list[FoundFace]:
        """Possible faces in a small picture, not turned; largest first."""
        found = self._look(pixels, min(max(pixels.shape[:2]), _SHEET))
        return _faces(found[_distinct(found)])

    def _look(self, pixels: Pixels, side: int) -> Floats:
        """Candidates, N × 15 (left, top, width, height, five points, score), at one scale."""
        picture = Image.fromarray(pixels)
        scale = side / max(picture.size)
        columns = max(1, round(picture.width * scale))
        rows = max(1, round(picture.height * scale))
        if scale < 1:
            picture = picture.resize((columns, rows), Image.Resampling.BOX, reducing_gap=1)
        # The grids of all three strides fit into this size; the margin is black.
        full = -(-rows // 32) * 32, -(-columns // 32) * 32
        canvas = np.zeros((1, 3, *full), np.float32)
        seen = np.asarray(picture)
        canvas[0, :, :rows, :columns] = (
            seen if seen.ndim == 2 else seen[:, :, ::-1].transpose(2, 0, 1)
        )
        outputs = [output[0] for output in self._network.run(None, {"input": canvas})]
        found = np.concatenate(
            [
                _candidates(outputs[level::3], stride, full[1] // stride)
                for level, stride in enumerate(_STRIDES)
            ]
        )
        found[:, :14:2] *= pixels.shape[1] / columns
        found[:, 1:14:2] *= pixels.shape[0] / rows
        return found[_possible(found, pixels.shape[1], pixels.shape[0])]


def _candidates(outputs: list[Floats], stride: int, columns: int) -> Floats:
    """The candidates of one grid.

    Args:
        outputs: for each cell two probabilities (a face; one is centred here), box and points:
            cells × 1, × 1, × 4 and × 10.
        stride: pixels a cell covers.
        columns: cells in a row of the grid.
    """
    face, centred, box, points = outputs
    score = np.sqrt(np.clip(face[:, 0], 0, 1) * np.clip(centred[:, 0], 0, 1))
    cells = np.flatnonzero(score >= _HINT)
    place = np.stack([cells % columns, cells // columns], 1).astype(np.float32)
    centre = (place + box[cells, :2]) * stride
    with np.errstate(over="ignore"):
        size = np.exp(box[cells, 2:]) * stride
    places = (np.tile(place, 5) + points[cells]) * stride
    return np.concatenate([centre - size / 2, size, places, score[cells, None]], 1)


def _possible(found: Floats, width: int, height: int) -> npt.NDArray[np.bool_]:
    """Which candidates fit a picture of this size: they touch it and are not much larger.

    The network's numbers are not bounded, and the crop of a giant box would fill the memory.
    """
    left, top, right, bottom = (*found[:, :2].T, *(found[:, :2] + found[:, 2:4]).T)
    touching = (left < width) & (right > 0) & (top < height) & (bottom > 0)
    small = found[:, 2:4].max(1, initial=0) <= LARGEST * max(width, height)
    possible: npt.NDArray[np.bool_] = np.isfinite(found).all(1) & touching & small
    return possible


def _distinct(found: Floats) -> list[int]:
    """The rows to keep, of the best `_CANDIDATES`: greedy non-maximum suppression by score."""
    order = np.argsort(-found[:, 14], kind="stable")[:_CANDIDATES]
    left, top = found[order, 0], found[order, 1]
    right, bottom = left + found[order, 2], top + found[order, 3]
    area = found[order, 2] * found[order, 3]
    width = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    height = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    same = shared > _OVERLAP * (area[:, None] + area - shared)
    kept: list[int] = []
    free = np.ones(len(order), np.bool_)
    for place, row in enumerate(order):
        if free[place]:
            kept.append(int(row))
            free &= ~same[place]
    return kept


def _apart(faces: list[FoundFace]) -> list[FoundFace]:
    """The faces, largest first, without the parts of one that were taken for faces: an eye."""
    kept: list[FoundFace] = []
    for face in faces:
        if not any(_is_within(face, larger) for larger in kept):
            kept.append(face)
    return kept


def _is_within(face: FoundFace, larger: FoundFace) -> bool:
    left, top, width, height = face.box
    x, y, across, down = larger.box
    columns = min(left + width, x + across) - max(left, x)
    rows = min(top + height, y + down) - max(top, y)
    return max(columns, 0) * max(rows, 0) > _WITHIN * width * height


def _faces(found: Floats) -> list[FoundFace]:
    """The candidates as faces, largest first."""
    return largest_first(
        [
            FoundFace(
                (float(row[0]), float(row[1]), float(row[2]), float(row[3])),
                row[4:14].reshape(5, 2),
                float(row[14]),
                float(row[2] / row[3]),
            )
            for row in found
        ]
    )
