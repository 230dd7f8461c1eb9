"""What is read of people who only speak: drawn speech on relaxed faces.

    python -m bench.talking --data photographs.npz [--limit 120] [--model OTHER.onnx] [--json]

Pictures of one person who speaks with a relaxed face are not to be had freely, so they are drawn,
by this rule. The faces are those labelled neutral that the reader reads surely as neutral, 200 px
high in a frame, with the mouth as it is. On each, eight mouth shapes are drawn (`SHAPES`: how wide
and how open, in widths of the mouth at rest). What lies below the line between the lips moves down,
most in its middle and ever less towards the chin and the sides, the upper lip a little up, the
corners in or out, and the gap shows the dark of a mouth and, for some, the upper teeth. Brows, eyes
and cheeks stay as they are.

It prints, for each shape, the shares that are still neutral, that are read as another expression
and that are unsure; and over a person's shapes in a random order, how often two readings in a row
differ (`changes`).
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.accuracy import crops
from bench.views import answer, stand
from functions.contract import Expression
from functions.reader.classifier import MODEL
from functions.reader.detector import FaceDetector
from functions.reader.embedded import EmbeddedReader
from functions.reader.image import Pixels

_SPREAD = 1.3  # widths of the mouth: how far beside its middle the skin moves along
_CHIN = 1.1  # widths of the mouth: how far below the lips it does
_NOSE = 0.5  # and how far above them
_DARK, _TEETH = 0.3, 0.85  # how light a mouth's inside and its teeth are, in that of the cheeks
_SEED = 1


@dataclass(frozen=True)
class Shape:
    """A mouth that speaks: its width, and how far the lips are apart, in widths at rest."""

    name: str
    wide: float
    apart: float
    teeth: bool = False


SHAPES = (
    Shape("closed (m)", 1.0, 0.0),
    Shape("pressed (p)", 0.93, 0.0),
    Shape("narrow (s)", 1.08, 0.12, teeth=True),
    Shape("half open (uh)", 1.0, 0.22),
    Shape("wide (ee)", 1.15, 0.22, teeth=True),
    Shape("rounded (oo)", 0.72, 0.22),
    Shape("open (ah)", 0.98, 0.42, teeth=True),
    Shape("round, open (oh)", 0.8, 0.42),
)
"""Chosen by eye, as large as in clear speech; no measurement stands behind them."""

Points = npt.NDArray[np.float32]


def speak(picture: Pixels, corners: Points, shape: Shape) -> Pixels:
    """The picture (height × width × 3) with another mouth.

    Args:
        picture: an upright face.
        corners: the mouth's corners at rest, 2 × 2 pixels.
        shape: the mouth to draw.
    """
    middle, width = corners.mean(0), float(np.linalg.norm(corners[1] - corners[0]))
    along = (corners[1] - corners[0]) / max(width, 1e-6)
    down = np.array([-along[1], along[0]], np.float32)
    if down[1] < 0:
        down = -down
    rows, columns = np.indices(picture.shape[:2], np.float32)
    at = np.stack([columns - middle[0], rows - middle[1]], 2)
    # Each place beside and below the middle of the mouth, in widths of the mouth.
    beside, below = at @ along / width, at @ down / width
    near = np.exp(-((beside / (0.5 * _SPREAD)) ** 4))
    # The lips' inner edges are two halves of an ellipse, the upper one a quarter as high; the chin
    # follows the lower lip less and less, the nose stays.
    bow = np.sqrt(np.clip(1 - (beside / (0.42 * shape.wide)) ** 2, 0, 1)) * shape.apart
    upper, lower = -0.2 * bow, 0.8 * bow
    near = np.exp(-((beside / (0.5 * _SPREAD)) ** 4)) * shape.apart
    jaw = 0.8 * near * np.clip(1 - below / _CHIN, 0, 1)
    lip = 0.2 * near * np.clip(1 + below / _NOSE, 0, 1)
    from_below = np.where(
        below > 0, below - np.minimum(jaw, below), below + np.minimum(lip, -below)
    )
    # Sideways the corners move, and what is around them with a weight that fades.
    fade = np.exp(-(beside**2 + below**2) / 0.5)
    from_beside = beside / (1 + (shape.wide - 1) * fade)
    seen = _sample(
        picture,
        middle + width * (from_beside[..., None] * along + from_below[..., None] * down),
    )
    skin = np.median(seen[(np.abs(beside) < 1) & (below > -1.2) & (below < 0)], axis=0)
    gap = np.broadcast_to(_DARK * skin, seen.shape).copy()
    if shape.teeth:
        gap[below < upper + np.minimum(0.1, 0.5 * bow)] = _TEETH * skin
    deep = np.minimum(below - upper, lower - below)
    inside = deep > 0
    soft = np.clip(deep * width / 3, 0, 1)[..., None]
    drawn = np.where(inside[..., None], seen * (1 - soft) + gap * soft, seen)
    return np.clip(np.round(drawn), 0, 255).astype(np.uint8)


def _sample(picture: Pixels, places: Points) -> npt.NDArray[np.float32]:
    """The picture at places (height × width × 2, x then y), between its pixels."""
    height, width = picture.shape[:2]
    x, y = np.clip(places[..., 0], 0, width - 1.001), np.clip(places[..., 1], 0, height - 1.001)
    left, top = x.astype(int), y.astype(int)
    right, low = (x - left)[..., None], (y - top)[..., None]
    value = picture.astype(np.float32)
    upper = value[top, left] * (1 - right) + value[top, left + 1] * right
    lower = value[top + 1, left] * (1 - right) + value[top + 1, left + 1] * right
    return np.asarray(upper * (1 - low) + lower * low, np.float32)


def told(reader: EmbeddedReader, frame: Pixels) -> str:
    """The reading of the largest face: an expression's name, "unsure", or "unread" for all else."""
    said = answer(reader, frame)
    if isinstance(said, Expression):
        return said.value
    return said if said == "unsure" else "unread"


def measure(reader: EmbeddedReader, faces: Sequence[Pixels]) -> dict[str, Any]:
    """The shares of readings by mouth shape, over the faces that the reader reads as neutral.

    Args:
        reader: the reader with the classifier to measure.
        faces: N × N × 3 (RGB), cut at the face.

    Returns:
        `people`: faces counted. `shapes`, `all`: shares (0 to 1) of each reading, by shape and over
        all. `changes`: the share of two shapes in a row that are read differently.
    """
    detector, random = FaceDetector(), np.random.default_rng(_SEED)
    counts = {shape.name: Counter[str]() for shape in SHAPES}
    people = changes = pairs = 0
    for face in faces:
        frame = stand(face)
        found = detector.find(frame)
        if not found or told(reader, frame) != Expression.NEUTRAL.value:
            continue
        people += 1
        said = [told(reader, speak(frame, found[0].points[3:], shape)) for shape in SHAPES]
        for shape, word in zip(SHAPES, said, strict=True):
            counts[shape.name][word] += 1
        spoken = [said[place] for place in random.permutation(len(SHAPES))]
        changes += sum(one != other for one, other in itertools.pairwise(spoken))
        pairs += len(SHAPES) - 1
    every = sum(counts.values(), Counter[str]())
    return {
        "people": people,
        "shapes": {name: _shares(count) for name, count in counts.items()},
        "all": _shares(every),
        "changes": round(changes / max(pairs, 1), 4),
    }


def _shares(counts: Counter[str]) -> dict[str, float]:
    whole = max(sum(counts.values()), 1)
    return {word: round(count / whole, 4) for word, count in counts.most_common()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.talking",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="square faces in colour, labelled")
    parser.add_argument("--limit", type=int, help="read about so many of the neutral ones")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    neutral = [*Expression].index(Expression.NEUTRAL)
    relaxed = [face for face, label in crops(arguments.data, None) if label == neutral]
    step = max(1, -(-len(relaxed) // arguments.limit)) if arguments.limit else 1
    figures = measure(EmbeddedReader(arguments.model), relaxed[::step])
    if arguments.json:
        print(json.dumps(figures))
        return
    print(f"{figures['people']} relaxed faces, each with {len(SHAPES)} mouths")
    for name, shares in (*figures["shapes"].items(), ("all", figures["all"])):
        print(f"{name:18} " + "  ".join(f"{word} {share:.3f}" for word, share in shares.items()))
    print(f"two shapes in a row read differently: {figures['changes']:.3f}")


if __name__ == "__main__":
    main()
