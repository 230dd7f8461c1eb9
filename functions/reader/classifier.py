"""The expression classifier: an ONNX model and the sidecar that describes it.

The sidecar is the JSON file of the same name beside the model. Each key may be left out. The values
below are the defaults, and those of the package's own model:

    {"labels": ["anger", …],            the order of the output; only our labels, perhaps not all
     "input": {"name": "face",
               "size": 48,              pixels a side
               "channels": 1,           1 grey, 3 RGB
               "mean": 0,               subtracted from 0…255 …
               "deviation": 1,          … then divided by; numbers, or one for each channel
               "crop": 1.0},            the crop's side as a multiple of the detector's box
     "output": "scores",
     "softmax": false,                  true if the output is logits
     "mirror_below": 0.8,               below this top score the mirror image is scored, too …
     "closer": 1.0,                     … cropped closer by this factor
     "unsure_below": 0.4}               below this top score the face is unsure
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from functions.contract import Expression
from functions.reader import network
from functions.reader.crop import closer

MODEL = Path(__file__).parent / "expression.onnx"

Scores = npt.NDArray[np.float32]


class SidecarError(ValueError):
    """A sidecar that describes no classifier of our expressions; the message says why."""


@dataclass(frozen=True)
class Sidecar:
    """The sidecar's values; see the module."""

    labels: tuple[Expression, ...] = tuple(Expression)
    input_name: str = "face"
    size: int = 48
    channels: int = 1
    mean: Scores = field(default_factory=lambda: np.zeros(1, np.float32))
    deviation: Scores = field(default_factory=lambda: np.ones(1, np.float32))
    crop: float = 1.0
    output: str = "scores"
    softmax: bool = False
    mirror_below: float = 0.0
    closer: float = 1.0
    unsure_below: float = 0.0

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Read the sidecar's JSON object.

        Raises:
            SidecarError: a value has the wrong type, or a label is not one of our expressions.
        """
        try:
            given = values.get("input", {})
            sidecar = cls(
                labels=tuple(map(Expression, values.get("labels", Expression))),
                input_name=str(given.get("name", "face")),
                size=int(given.get("size", 48)),
                channels=int(given.get("channels", 1)),
                mean=np.atleast_1d(np.asarray(given.get("mean", 0), np.float32)),
                deviation=np.atleast_1d(np.asarray(given.get("deviation", 1), np.float32)),
                crop=float(given.get("crop", 1.0)),
                output=str(values.get("output", "scores")),
                softmax=bool(values.get("softmax", False)),
                mirror_below=float(values.get("mirror_below", 0)),
                closer=float(values.get("closer", 1)),
                unsure_below=float(values.get("unsure_below", 0)),
            )
        except (AttributeError, TypeError, ValueError) as error:
            raise SidecarError(str(error)) from error
        if len(set(sidecar.labels)) != len(sidecar.labels) or not sidecar.labels:
            raise SidecarError("labels: each expression once")
        if sidecar.channels not in (1, 3) or sidecar.size < 1:
            raise SidecarError("input: size in pixels, and 1 or 3 channels")
        if {len(sidecar.mean), len(sidecar.deviation)} - {1, sidecar.channels}:
            raise SidecarError("input: mean and deviation are numbers, or one for each channel")
        if not np.all(sidecar.deviation > 0):
            raise SidecarError("input: deviation is above 0")
        if not (0 <= sidecar.unsure_below <= 1 and 0 <= sidecar.mirror_below <= 1):
            raise SidecarError("unsure_below and mirror_below are from 0 to 1")
        if not 1 <= sidecar.closer < 2:
            raise SidecarError("closer is from 1 to below 2")
        return sidecar


class ExpressionClassifier:
    """Scores face crops; safe to share between threads.

    Raises:
        SidecarError: the sidecar is not a JSON object, or does not fit the model.
    """

    def __init__(self, model: Path = MODEL) -> None:
        file = model.with_suffix(".json")
        try:
            values = json.loads(file.read_text("utf-8")) if file.exists() else {}
            self.sidecar = Sidecar.parse(values)
        except ValueError as error:
            raise SidecarError(f"{file.name}: {error}") from error
        self._network = network.load(model)
        self._columns = [list(Expression).index(label) for label in self.sidecar.labels]
        has = {it.name for it in (*self._network.get_inputs(), *self._network.get_outputs())}
        if missing := {self.sidecar.input_name, self.sidecar.output} - has:
            raise SidecarError(f"{file.name}: {model.name} has no {', '.join(sorted(missing))}")

    def scores(self, crops: npt.NDArray[np.uint8]) -> Scores:
        """Scores, N × 8 float32 in the order of `Expression`, each row summing to 1.

        Args:
            crops: uint8, N × size × size (grey) or N × size × size × 3 (RGB), as the sidecar's
                `size` and `channels`.
        """
        given = self._look(crops)
        # The mirror image shows the same expression, and its crop is another good one. If the first
        # scores leave doubt, the mean of both is right more often.
        doubtful = given.max(1) < self.sidecar.mirror_below
        if doubtful.any():
            mirrored = crops[doubtful][:, :, ::-1]
            given[doubtful] += self._look(closer(mirrored, self.sidecar.closer))
            given[doubtful] /= 2
        scores = np.zeros((len(crops), len(Expression)), np.float32)
        scores[:, self._columns] = given
        return scores

    def _look(self, crops: npt.NDArray[np.uint8]) -> Scores:
        """The network's scores of crops as in `scores`, in the network's own order."""
        faces = crops.astype(np.float32)
        faces = faces[:, None] if self.sidecar.channels == 1 else faces.transpose(0, 3, 1, 2)
        shape = (1, -1, 1, 1)
        faces = (faces - self.sidecar.mean.reshape(shape)) / self.sidecar.deviation.reshape(shape)
        given: Scores
        inputs = {self.sidecar.input_name: np.ascontiguousarray(faces)}
        (given,) = self._network.run([self.sidecar.output], inputs)
        if self.sidecar.softmax:
            given = np.exp(given - given.max(1, keepdims=True))
            given /= given.sum(1, keepdims=True)
        return given
