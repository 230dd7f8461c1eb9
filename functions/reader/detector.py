"""Where the faces of a picture are: YuNet, with the eyes, nose and mouth of each.

Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research, 2023;
MIT licence. The network answers, for each cell of three grids, two probabilities, a box and five
points; how they become faces follows `FaceDetectorYN` of OpenCV (`face_detect.cpp`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from functions.reader import network
from functions.reader.image import PixelBox, Pixels

MODEL = Path(__file__).parent / "face_detection_yunet_2023mar_any_size.onnx"

Floats = npt.NDArray[np.float32]

_STRIDES = (8, 16, 32)  # pixels a cell of each grid covers
_SCORE = 0.7
_HINT = 0.3  # what may be a face, and is worth a closer look
_OVERLAP = 0.3  # intersection over union beyond which two boxes are one face
_LARGEST = 2  # a face's box, in longer sides of the picture
_SMALL = 32  # px at a glance; where a face is smaller, others may have been missed


@dataclass(frozen=True)
class FoundFace:
    """One face: its box in pixels, and 5 × 2 points (x, y in pixels).

    The points are, from the left of the picture for an upright face: eye, eye, nose, mouth corner,
    mouth corner. `score` is YuNet's, 0 to 1.
    """

    box: PixelBox
    points: Floats
    score: float


class FaceDetector:
    """Finds faces; safe to share between threads.

    Args:
        glance: the longer side, in pixels, at which every picture is looked at.
        close_look: the longer side at which it is looked at again when a glance shows no face,
            something that may be one, or one so small that others may have been missed.
    """

    def __init__(self, model: Path = MODEL, *, glance: int = 320, close_look: int = 640) -> None:
        self._network = network.load(model)
        self._glance = glance
        self._close_look = close_look

    def find(self, pixels: Pixels) -> list[FoundFace]:
        """The faces of a picture, largest first; small ones are found better in colour."""
        longest = max(pixels.shape[:2])
        glance, close_look = min(self._glance, longest), min(self._close_look, longest)
        found = self._look(pixels, glance)
        found = found[_distinct(found)]
        small = _SMALL * longest / glance
        clear = (found[:, 14] >= _SCORE) & (found[:, 2:4].max(1) >= small)
        if close_look > glance and not (len(found) and clear.all()):
            found = np.concatenate([found, self._look(pixels, close_look)])
            found = found[_distinct(found)]
        faces = [
            FoundFace(_box(row), row[4:14].reshape(5, 2), float(row[14]))
            for row in found[found[:, 14] >= _SCORE]
        ]
        return sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)

    def _look(self, pixels: Pixels, side: int) -> Floats:
        """Candidates, N × 15 (left, top, width, height, five points, score), at one scale."""
        picture = Image.fromarray(pixels)
        scale = side / max(picture.size)
        columns = max(1, round(picture.width * scale))
        rows = max(1, round(picture.height * scale))
        if scale < 1:
            picture = picture.resize((columns, rows), Image.Resampling.BOX, reducing_gap=1)
        # The grids of all three strides fit; beyond the picture it is black.
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
    """What one grid found.

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
    """Which candidates a picture of this size can hold: they touch it and are no giants.

    The network's numbers are not bounded, and a crop of a giant would fill the memory.
    """
    left, top, right, bottom = (*found[:, :2].T, *(found[:, :2] + found[:, 2:4]).T)
    touching = (left < width) & (right > 0) & (top < height) & (bottom > 0)
    small = found[:, 2:4].max(1, initial=0) <= _LARGEST * max(width, height)
    possible: npt.NDArray[np.bool_] = np.isfinite(found).all(1) & touching & small
    return possible


def _distinct(found: Floats) -> list[int]:
    """The rows to keep: greedy non-maximum suppression by score."""
    left, top = found[:, 0], found[:, 1]
    right, bottom = left + found[:, 2], top + found[:, 3]
    area = found[:, 2] * found[:, 3]
    kept: list[int] = []
    for row in np.argsort(-found[:, 14], kind="stable"):
        width = np.minimum(right[row], right[kept]) - np.maximum(left[row], left[kept])
        height = np.minimum(bottom[row], bottom[kept]) - np.maximum(top[row], top[kept])
        shared = np.maximum(width, 0) * np.maximum(height, 0)
        if not np.any(shared > _OVERLAP * (area[row] + area[kept] - shared)):
            kept.append(int(row))
    return kept


def _box(row: Floats) -> PixelBox:
    left, top, width, height = (float(value) for value in row[:4])
    return left, top, width, height
