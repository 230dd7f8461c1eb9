"""The npm packages `@vladmandic/face-api` and `@vladmandic/human`, under Node on WebAssembly.

`python -m bench.peers` installs them. Each runs in a process of its own (`vladmandic.mjs`) with its
defaults, where it has them: face-api finds faces with its SSD network, human with its own and its
mesh. Both know seven expressions; contempt they never give. Photographs are decoded here.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image as Picture

from bench.readers import Image, Scores, Sight
from functions.contract import Expression

FOLDER = Path(__file__).parents[2] / ".stamps" / "peers" / "node"
"""Where `bench.peers` installs the packages."""
_MODELS = {
    "@vladmandic/face-api": ("model/ssd_mobilenetv1_model.bin", "model/face_expression_model.bin"),
    "@vladmandic/human": ("models/blazeface.bin", "models/facemesh.bin", "models/emotion.bin"),
}
_WORDS = {
    Expression.ANGER: ("angry",),
    Expression.DISGUST: ("disgust", "disgusted"),
    Expression.FEAR: ("fear", "fearful"),
    Expression.HAPPINESS: ("happy",),
    Expression.NEUTRAL: ("neutral",),
    Expression.SADNESS: ("sad",),
    Expression.SURPRISE: ("surprise", "surprised"),
}


class Vladmandic:
    """See `Reader`."""

    unsure_below = 0.0

    def __init__(self, package: str, folder: Path) -> None:
        home = folder / "node_modules" / package
        if not home.exists():
            raise SystemExit(f"{package} is not installed: python -m bench.peers --install")
        self.files = tuple(home / name for name in _MODELS[package])
        self._processor = 0.0
        self._node = subprocess.Popen(
            ["node", Path(__file__).with_suffix(".mjs"), package, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"UV_THREADPOOL_SIZE": "1"},
        )
        self._line()  # it says when it is ready

    def processor(self) -> float:
        """See `Reader`: what the process has taken."""
        return self._processor

    def crop(self, face: Image) -> Scores:
        """See `Reader.crop`; the whole image is the face."""
        scores = self._ask(face, crop=True)
        assert scores is not None
        return scores

    def photograph(self, jpeg: bytes) -> Sight:
        """See `Reader.photograph`."""
        with Picture.open(io.BytesIO(jpeg)) as picture:
            scores = self._ask(np.asarray(picture.convert("RGB")), crop=False)
        return Sight(scores, "" if scores is not None else "no-face")

    def close(self) -> None:
        """End the process; it also ends with this one, whose pipe it reads."""
        self._node.communicate()

    def _ask(self, image: Image, *, crop: bool) -> Scores | None:
        colour = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
        height, width = colour.shape[:2]
        asked = {"crop": crop, "height": height, "width": width}
        stdin = self._node.stdin
        assert stdin
        stdin.write(json.dumps(asked).encode() + b"\n" + colour.tobytes())
        stdin.flush()
        answer = json.loads(self._line())
        self._processor = answer["processor"] / 1000
        if answer["scores"] is None:
            return None
        scores = np.zeros(len(Expression), np.float32)
        for place, expression in enumerate(Expression):
            for word in _WORDS.get(expression, ()):
                scores[place] += answer["scores"].get(word, 0.0)
        # One of them rounds its scores to hundredths.
        return np.asarray(scores / max(float(scores.sum()), 1e-6), np.float32)

    def _line(self) -> bytes:
        assert self._node.stdout
        line = self._node.stdout.readline()
        if not line:
            raise SystemExit("the reader under Node ended; what it said stands above")
        return line


def create(package: str, folder: Path = FOLDER) -> Vladmandic:
    """The reader of one of the two packages."""
    return Vladmandic(package, folder)
