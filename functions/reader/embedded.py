"""The embedded reader: a face detector and an expression classifier on the CPU, no account.

Detector: YuNet (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", 2023; MIT licence),
run by OpenCV's `FaceDetectorYN`. Classifier: `expression.onnx`, described in `MODEL_CARD.md`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from functions.contract import Expression, Face
from functions.reader.image import PixelBox, Pixels, decode_jpeg, fractions

_MODELS = Path(__file__).parent
_DETECTOR_MODEL = _MODELS / "face_detection_yunet_2023mar.onnx"
_CLASSIFIER_MODEL = _MODELS / "expression.onnx"

_DETECTION_SIDE = (
    320  # px; finds faces from about a tenth of the picture, four times quicker than 640
)
_DETECTION_SCORE = 0.7
_MAX_FACES = 8
_CROP_SIDE = 48  # px, the classifier's input
_CROP_SCALE = 1.1  # the detector's box is tighter than the faces the classifier was trained on

# A frame is small: one thread each, so that frames read at once do not fight for cores.
cv2.setNumThreads(1)


class EmbeddedReader:
    """Reads faces with the models in this folder; safe to share between threads."""

    name = "embedded"

    def __init__(self) -> None:
        self._models = threading.local()

    def read(self, image: bytes) -> tuple[Face, ...]:
        """See `FaceReader.read`."""
        return self.read_pixels(decode_jpeg(image))

    def read_pixels(self, pixels: Pixels) -> tuple[Face, ...]:
        """Faces of a decoded picture (height × width × 3, RGB), largest first."""
        return self.read_boxes(pixels, self._detect(pixels))

    def read_boxes(self, pixels: Pixels, boxes: Sequence[PixelBox]) -> tuple[Face, ...]:
        """The faces somebody found at `boxes` (pixels of the picture), in the same order."""
        if not boxes:
            return ()
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        scores = self.classify(np.stack([_crop(grey, box) for box in boxes]))
        height, width = grey.shape
        return tuple(
            Face(
                fractions(box, width, height),
                dict(zip(Expression, map(float, row), strict=True)),
            )
            for box, row in zip(boxes, scores, strict=True)
        )

    def classify(self, crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Scores, N × 8 in the order of `Expression`, of grey face crops, N × 48 × 48."""
        net: cv2.dnn.Net | None = getattr(self._models, "classifier", None)
        if net is None:
            net = self._models.classifier = cv2.dnn.readNetFromONNX(str(_CLASSIFIER_MODEL))
        net.setInput(crops[:, None].astype(np.float32))
        return np.asarray(net.forward("scores"), np.float32)

    def _detect(self, pixels: Pixels) -> list[PixelBox]:
        """Boxes in pixels of the picture, largest first."""
        height, width = pixels.shape[:2]
        scale = min(1, _DETECTION_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        detector: cv2.FaceDetectorYN | None = getattr(self._models, "detector", None)
        if detector is None:
            detector = self._models.detector = cv2.FaceDetectorYN.create(
                str(_DETECTOR_MODEL), "", size, _DETECTION_SCORE
            )
        detector.setInputSize(size)
        _, found = detector.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        if found is None:
            return []
        boxes = [tuple(float(value) / scale for value in row[:4]) for row in found]
        boxes.sort(key=lambda box: box[2] * box[3], reverse=True)
        return [(x, y, w, h) for x, y, w, h in boxes[:_MAX_FACES]]


def _crop(grey: npt.NDArray[Any], box: PixelBox) -> npt.NDArray[np.uint8]:
    """The square around a box, 48 × 48; beyond the picture its edge is repeated."""
    x, y, width, height = box
    side = max(width, height) * _CROP_SCALE
    left, top = x + (width - side) / 2, y + (height - side) / 2
    x0, y0 = round(left), round(top)
    x1, y1 = round(left + side), round(top + side)
    rows, columns = grey.shape
    inside = grey[max(0, y0) : min(rows, y1), max(0, x0) : min(columns, x1)]
    square = cv2.copyMakeBorder(
        inside,
        max(0, -y0),
        max(0, y1 - rows),
        max(0, -x0),
        max(0, x1 - columns),
        cv2.BORDER_REPLICATE,
    )
    return np.asarray(
        cv2.resize(square, (_CROP_SIDE, _CROP_SIDE), interpolation=cv2.INTER_AREA), np.uint8
    )
