"""The product's embedded reader, with its own classifier or another ONNX file."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from PIL import Image as Picture

from bench.readers import Image, Scores, Sight
from functions.contract import Expression, UnreadError
from functions.reader import classifier, detector
from functions.reader.embedded import EmbeddedReader


class Embedded:
    """See `Reader`."""

    def __init__(self, model: Path | None) -> None:
        self._reader = EmbeddedReader(model or classifier.MODEL)
        self.files = (model or classifier.MODEL, detector.MODEL)
        self.unsure_below = self._reader.classifier.sidecar.unsure_below

    def processor(self) -> float:
        """See `Reader.processor`; everything runs in the calling thread."""
        return time.thread_time()

    def crop(self, face: Image) -> Scores:
        """See `Reader.crop`; the whole image is the face."""
        sidecar = self._reader.classifier.sidecar
        picture = Picture.fromarray(face).convert("L" if sidecar.channels == 1 else "RGB")
        shrinks = min(picture.size) >= sidecar.size
        resampling = Picture.Resampling.BOX if shrinks else Picture.Resampling.BILINEAR
        seen = np.asarray(picture.resize((sidecar.size, sidecar.size), resampling))
        scores: Scores = self._reader.classifier.scores(seen[None])[0]
        return scores

    def photograph(self, jpeg: bytes) -> Sight:
        """See `Reader.photograph`."""
        try:
            faces = self._reader.read_photograph(jpeg)
        except UnreadError as unread:
            return Sight(None, unread.reason.value)
        if not faces:
            return Sight(None, "no-face")
        return Sight(np.array([faces[0].scores[e] for e in Expression], np.float32))


def create(model: Path | None) -> Embedded:
    """The reader, with `model` instead of its own classifier if given."""
    return Embedded(model)
