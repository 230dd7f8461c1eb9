"""Fuzzes the way of an image, guided by coverage: decode, detect, judge, crop, classify.

    python -m tests.hostile.fuzz_images -runs=100000 CORPUS   (libFuzzer's own options)

Every image ends as faces or as a typed `UnreadError` within half a second of processor; whatever
else is raised is a find, a longer time as well, and libFuzzer writes the image that did it. Every
other image is read as a photograph, too, which may take longer. For a part of the images the
detector's network is replaced by one that answers numbers made of the image's own bytes, so that
boxes no real network gives reach what comes after it.
"""

from __future__ import annotations

import contextlib
import sys
import time
import warnings
from typing import Any

import atheris  # type: ignore[import-untyped]
import numpy as np

with atheris.instrument_imports(include=["functions", "PIL"]):
    from functions.contract import Face, UnreadError
    from functions.reader import embedded


LONGEST = 0.5  # s of processor for a frame


class WildNetwork:
    """Stands in for the detector's network: as many numbers as it gives, any numbers at all."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self.seed: int | None = None

    def run(self, names: Any, feeds: dict[str, Any]) -> list[Any]:
        """What the network answers, or noise of the same shape."""
        outputs: list[Any] = self._network.run(names, feeds)
        if self.seed is None:
            return outputs
        noise = np.random.default_rng(self.seed)
        wild = [noise.normal(0, 10.0 ** noise.integers(-1, 3), o.shape) for o in outputs]
        return [o.astype(np.float32) for o in wild]


def main() -> None:
    """Hand the loop to libFuzzer."""
    reader = embedded.EmbeddedReader()
    wild = WildNetwork(reader._detector._network)
    reader._detector._network = wild
    warnings.simplefilter("ignore")  # Pillow tells of damaged metadata, as it does in production

    def read_one(data: bytes) -> None:
        wild.seed = int.from_bytes(data[-4:], "big") if data and data[-1] % 2 else None
        began = time.thread_time()
        try:
            faces = reader.read(data)
        except UnreadError:
            faces = ()
        took = time.thread_time() - began
        assert took < LONGEST, f"{took:.2f} s"
        if len(data) % 2:
            with contextlib.suppress(UnreadError):
                faces += reader.read_photograph(data)
        assert all(isinstance(face, Face) for face in faces)
        for face in faces:
            box = face.box
            assert 0 <= box.x <= box.x + box.width <= 1.0001, box
            assert 0 <= box.y <= box.y + box.height <= 1.0001, box

    atheris.Setup([sys.argv[0], *sys.argv[1:]], read_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
