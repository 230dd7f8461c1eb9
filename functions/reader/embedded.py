"""The embedded reader: a face detector and an expression classifier on the CPU, no account.

It decodes a frame (`image`), finds its faces (`detector`), leaves out those that no one could read
honestly (`quality`), and crops (`crop`) and scores (`classifier`) each of the others. Measurements
in `docs/reader.md` chose every number in these modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from functions.contract import FACES_MAX, Expression, Face, UnreadError
from functions.reader import quality
from functions.reader.classifier import MODEL, ExpressionClassifier
from functions.reader.crop import crop
from functions.reader.detector import FaceDetector
from functions.reader.image import (
    PixelBox,
    Pixels,
    decode_frame,
    decode_photograph,
    fractions,
    to_grey,
)

_ENOUGH = 960  # px; a larger picture does not improve the reading, and takes longer


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
        return self.read_pixels(decode_frame(image, enough=_ENOUGH))

    def read_photograph(self, image: bytes) -> tuple[Face, ...]:
        """The faces of any JPEG, also progressive or turned by EXIF; only for trusted files.

        Raises:
            UnreadError: as for `decode_photograph` and `read_pixels`.
        """
        return self.read_pixels(decode_photograph(image, enough=_ENOUGH))

    def read_pixels(self, pixels: Pixels) -> tuple[Face, ...]:
        """The faces of a decoded picture that can be read, largest first, eight at most.

        Args:
            pixels: height × width × 3 (RGB), uint8.

        Raises:
            UnreadError: none of its faces can be read; the reason is the largest face's.
        """
        found = self._detector.find(pixels)[:FACES_MAX]
        if not found:
            return ()
        grey = to_grey(pixels)
        faults = [quality.fault(grey, face) for face in found]
        if faults[0] and all(faults):
            raise UnreadError(faults[0])
        faces = [face for face, fault in zip(found, faults, strict=True) if not fault]
        return self._score(
            grey if self.classifier.sidecar.channels == 1 else pixels,
            [face.box for face in faces],
            rolls=[quality.roll(face) for face in faces],
            doubtful=[quality.squeezed(face) for face in faces],
        )

    def read_boxes(self, pixels: Pixels, boxes: Sequence[PixelBox]) -> tuple[Face, ...]:
        """Read the upright faces at `boxes`, in the same order; no face is refused.

        Args:
            pixels: height × width × 3 (RGB), uint8.
            boxes: left, top, width, height in pixels.
        """
        if not boxes:
            return ()
        return self._score(
            to_grey(pixels) if self.classifier.sidecar.channels == 1 else pixels,
            boxes,
            rolls=[0.0] * len(boxes),
            doubtful=[False] * len(boxes),
        )

    def _score(
        self,
        pixels: Pixels,
        boxes: Sequence[PixelBox],
        *,
        rolls: Sequence[float],
        doubtful: Sequence[bool],
    ) -> tuple[Face, ...]:
        """The faces at one or more boxes of a picture that has the classifier's channels.

        Args:
            pixels: the picture.
            boxes: where the faces are, pixels.
            rolls: degrees of an anticlockwise turn that makes each face upright.
            doubtful: whether each face is unsure, independent of its scores.
        """
        sidecar = self.classifier.sidecar
        crops = [
            crop(pixels, box, side=sidecar.size, scale=sidecar.crop, roll=roll)
            for box, roll in zip(boxes, rolls, strict=True)
        ]
        height, width = pixels.shape[:2]
        scores = self.classifier.scores(np.stack(crops))
        return tuple(
            Face(
                fractions(box, width, height),
                dict(zip(Expression, map(float, row), strict=True)),
                unsure=doubt or float(row.max()) < sidecar.unsure_below,
            )
            for box, row, doubt in zip(boxes, scores, doubtful, strict=True)
        )
