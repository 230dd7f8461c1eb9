"""Where the quality gates lie: accuracy and what the gates measure, by how bad a face is.

    python -m bench.gates --data FILE.npz [--limit 600] [--model OTHER.onnx]
    python -m bench.gates --photographs FILE.npz [--limit 96] [--turns] [--model OTHER.onnx]

For each amount of blur, darkness and loss of pixels: the classifier's accuracy on the cropped faces
(the gates left out), the share the gates would refuse, and the 1st, 50th and 99th percentile of
contrast and sharpness as `functions.reader.quality` measures them. With photographs (colour, cut at
the face): what becomes of each that is read surely when it is cut by the frame's edge, rolled,
squeezed, small or dark (`bench.views`); each stands 200 px high in a 640 × 480 frame. With
`--turns` instead: how right the reader is, by how far the head of each is turned.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.accuracy import crops
from bench.degrade import Change, blur, darken, shrink
from bench.views import measure, turns
from functions.reader.classifier import MODEL, ExpressionClassifier
from functions.reader.embedded import EmbeddedReader
from functions.reader.found import FoundFace
from functions.reader.image import Pixels
from functions.reader.quality import fault, sharpness

_FRONTAL = np.array([(15, 18), (33, 18), (24, 28), (17, 36), (31, 36)], np.float32)


def degradations() -> Iterator[tuple[str, Change]]:
    """A change for each row of the table, from good to bad."""
    yield "as they are", lambda face, _: face
    for share in (1.5, 2, 2.5, 3, 4):
        yield f"blur {share}/48", _blurred(share / 48)
    for light in (0.15, 0.08, 0.05, 0.03, 0.02):
        yield f"light {light}", _darkened(light)
    for side in (24, 20, 16, 12, 10, 8):
        yield f"{side} px", _shrunk(side)


def _blurred(share: float) -> Change:
    return lambda face, _: blur(face, share)


def _darkened(light: float) -> Change:
    return lambda face, random: darken(face, light, random)


def _shrunk(side: int) -> Change:
    return lambda face, _: shrink(face, side)


def refused(face: Pixels) -> bool:
    """Whether the gates refuse a 48 × 48 grey crop (uint8) of a frontal face that fills it."""
    return fault(face, FoundFace((0, 0, 48, 48), _FRONTAL, 1.0, 0.75)) is not None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.gates",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="grey 48 × 48 faces")
    source.add_argument("--photographs", type=Path, help="square faces in colour")
    parser.add_argument("--limit", type=int, help="read about so many")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--turns", action="store_true", help="of the photographs: by the turn")
    arguments = parser.parse_args()
    if arguments.turns and not arguments.photographs:
        parser.error("--turns is for --photographs")
    if arguments.turns:
        turns(EmbeddedReader(arguments.model), crops(arguments.photographs, arguments.limit))
        return
    if arguments.photographs:
        people = crops(arguments.photographs, arguments.limit or 96)
        measure(EmbeddedReader(arguments.model), [face for face, _ in people])
        return
    faces = crops(arguments.data, arguments.limit)
    labels = np.array([label for _, label in faces])
    classifier = ExpressionClassifier(arguments.model)
    random = np.random.default_rng(0)
    print(f"{len(faces)} faces    accuracy  refused  contrast 1/50/99 %     sharpness 1/50/99 %")
    for name, change in degradations():
        seen = [change(face, random) for face, _ in faces]
        told = [classifier.scores(face[None])[0].argmax() for face in seen]
        contrast = np.percentile([face.std() for face in seen], [1, 50, 99])
        sharp = np.percentile([sharpness(face.astype(np.float32)) for face in seen], [1, 50, 99])
        print(
            f"{name:15} {np.mean(told == labels):8.3f} {np.mean([*map(refused, seen)]):8.4f}  "
            + " ".join(f"{value:6.1f}" for value in contrast)
            + "  "
            + " ".join(f"{value:7.4f}" for value in sharp),
            flush=True,
        )


if __name__ == "__main__":
    main()
