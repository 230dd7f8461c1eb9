"""The embedded reader: a face detector and an expression classifier on the CPU, no account.

A frame is decoded (`image`), its faces are found (`detector`), those nobody could read honestly are
set aside (`quality`), and each of the others is cropped (`crop`) and scored (`classifier`). Every
number in these modules was chosen by the measurements in `docs/reader.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from functions.contract import Expression, Face, UnreadError
from functions.reader import quality
from functions.reader.classifier import MODEL, ExpressionClassifier
from functions.reader.crop import crop
from functions.reader.detector import FaceDetector
from functions.reader.image import PixelBox, Pixels, decode_jpeg, fractions, to_grey

FACES_MAX = 8
_ENOUGH = 960  # px; beyond it a picture shows its faces no better, and takes longer


class EmbeddedReader:
    """Reads faces with the models in this folder; safe to share between threads.

    Args:
        model: an ONNX classifier with its sidecar beside it; see `functions.reader.classifier`.

    Raises:
        SidecarError: the sidecar does not describe the model.
    """

    def __init__(self, model: Path = MODEL) -> None:
        self.name = "embedded" if model == MODEL else f"embedded ({model.stem})"
        self.classifier = ExpressionClassifier(model)
        self._detector = FaceDetector()

    def read(self, image: bytes) -> tuple[Face, ...]:
        """See `FaceReader.read`."""
        return self.read_pixels(decode_jpeg(image, enough=_ENOUGH))

    def read_pixels(self, pixels: Pixels) -> tuple[Face, ...]:
        """The faces of a decoded picture that can be read, largest first.

        Raises:
            UnreadError: none of its faces can be read; the reason is the largest one's.
        """
        found = self._detector.find(pixels)[:FACES_MAX]
        if not found:
            return ()
        grey = to_grey(pixels)
        faults = [quality.fault(grey, face) for face in found]
        if faults[0] and all(faults):
            raise UnreadError(faults[0])
        boxes = [face.box for face, fault in zip(found, faults, strict=True) if not fault]
        return self._score(grey if self.classifier.sidecar.channels == 1 else pixels, boxes)

    def read_boxes(self, pixels: Pixels, boxes: Sequence[PixelBox]) -> tuple[Face, ...]:
        """The faces somebody found at `boxes` (pixels of the picture), in the same order."""
        if not boxes:
            return ()
        return self._score(
            to_grey(pixels) if self.classifier.sidecar.channels == 1 else pixels, boxes
        )

    def _score(self, pixels: Pixels, boxes: Sequence[PixelBox]) -> tuple[Face, ...]:
        """The faces at one or more boxes of a picture that has the classifier's channels."""
        sidecar = self.classifier.sidecar
        crops = [crop(pixels, box, side=sidecar.size, scale=sidecar.crop) for box in boxes]
        height, width = pixels.shape[:2]
        return tuple(
            Face(
                fractions(box, width, height),
                dict(zip(Expression, map(float, row), strict=True)),
                unsure=float(row.max()) < sidecar.unsure_below,
            )
            for box, row in zip(boxes, self.classifier.scores(np.stack(crops)), strict=True)
        )
