"""What expression a face shows: an ONNX classifier and the sidecar that describes it.

The sidecar is the JSON file of the same name beside the model. All of it may be left out; what it
says is what the shipped model's says:

    {"labels": ["anger", …],            the order of the output; a label may be missing, not made up
     "input": {"name": "face",
               "size": 48,              pixels a side
               "channels": 1,           1 grey, 3 RGB
               "mean": 0,               subtracted from 0…255 …
               "deviation": 1,          … then divided by; numbers, or one for each channel
               "crop": 1.0},            the crop's side as a multiple of the detector's box
     "output": "scores",
     "softmax": false,                  true where the output is logits
     "mirror_below": 0.8,               the top score below which the mirror image is asked too
     "unsure_below": 0.4}               the top score below which nothing is likely
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

MODEL = Path(__file__).parent / "expression.onnx"

Scores = npt.NDArray[np.float32]


class SidecarError(ValueError):
    """A sidecar that does not describe a classifier of our expressions; the message says why."""


@dataclass(frozen=True)
class Sidecar:
    """What must be known of a classifier to use it; see the module."""

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
    unsure_below: float = 0.0

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Read the sidecar's JSON object.

        Raises:
            SidecarError: a value is of the wrong kind, or a label is none of our expressions.
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
        return sidecar


class ExpressionClassifier:
    """Scores face crops; safe to share between threads.

    Raises:
        SidecarError: the sidecar is no JSON object, or does not fit the model.
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
        """Scores, N × 8 in the order of `Expression`, each row summing to 1.

        Args:
            crops: N × size × size (grey) or N × size × size × 3 (RGB), as the sidecar's `channels`.
        """
        faces = crops.astype(np.float32)
        faces = faces[:, None] if self.sidecar.channels == 1 else faces.transpose(0, 3, 1, 2)
        shape = (1, -1, 1, 1)
        faces = (faces - self.sidecar.mean.reshape(shape)) / self.sidecar.deviation.reshape(shape)
        given = self._run(faces)
        # A face's two halves say the same: where one look leaves doubt, two are right more often.
        doubtful = given.max(1) < self.sidecar.mirror_below
        if doubtful.any():
            mirrored = self._run(np.ascontiguousarray(faces[doubtful][..., ::-1]))
            given[doubtful] = (given[doubtful] + mirrored) / 2
        scores = np.zeros((len(crops), len(Expression)), np.float32)
        scores[:, self._columns] = given
        return scores

    def _run(self, faces: Scores) -> Scores:
        """The network's scores, in its own order, of faces N × channels × size × size."""
        given: Scores
        (given,) = self._network.run([self.sidecar.output], {self.sidecar.input_name: faces})
        if self.sidecar.softmax:
            given = np.exp(given - given.max(1, keepdims=True))
            given /= given.sum(1, keepdims=True)
        return given
