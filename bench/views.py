"""How a face may stand in a frame: cut by its edge, rolled, squeezed, small or dark.

`bench.gates --photographs` prints, for each view, how many of the photographs that are read surely
as they are keep their expression, get another one *surely* (what must not happen), are unsure,
refused or not found. `turns` tells how right the reader is by how far a head is turned.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image

from bench.degrade import darken
from functions.contract import Expression, UnreadError
from functions.reader.detector import FaceDetector
from functions.reader.embedded import EmbeddedReader
from functions.reader.image import Pixels
from functions.reader.quality import turned

_SIDE = 200  # px, of the face in the frame
_FRAME = (640, 480)

_TURNS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 9.0)
"""Edges of the table's rows: eye distances the nose is beside the middle of the eyes."""

View = Callable[[Pixels], Pixels]
"""From a face (square, RGB) to the frame in which it stands."""


def stand(face: Pixels, side: int = _SIDE, degrees: float = 0) -> Pixels:
    """A frame, 480 × 640 × 3, with the face in its middle; the face's edge is repeated around it.

    Args:
        face: N × N × 3 (RGB).
        side: the face's height in the frame, pixels.
        degrees: by which the face is rolled anticlockwise.
    """
    seen = np.asarray(Image.fromarray(face).resize((side, side), Image.Resampling.BICUBIC))
    reach = 420 - side // 2
    wide = Image.fromarray(np.pad(seen, ((reach, reach), (reach, reach), (0, 0)), mode="edge"))
    turned = wide.rotate(degrees, Image.Resampling.BICUBIC)
    left, top = (turned.width - _FRAME[0]) // 2, (turned.height - _FRAME[1]) // 2
    return np.asarray(turned.crop((left, top, left + _FRAME[0], top + _FRAME[1])))


def cut(frame: Pixels, kept: float, quarter_turns: int) -> Pixels:
    """The frame without what lies beyond a line across the face.

    Args:
        frame: as `stand` makes it, with the usual side.
        kept: share (0 to 1) of the face that stays.
        quarter_turns: which side is lost: 0 the chin, then each further one by a quarter turn.
    """
    turned = np.rot90(frame, quarter_turns)
    edge = turned.shape[0] // 2 - _SIDE // 2 + round(kept * _SIDE)
    return np.ascontiguousarray(np.rot90(turned[:edge], -quarter_turns))


def squeeze(frame: Pixels, wide: float, high: float) -> Pixels:
    """The frame with its width multiplied by `wide` and its height by `high`."""
    size = round(frame.shape[1] * wide), round(frame.shape[0] * high)
    return np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC))


def views() -> Iterator[tuple[str, View]]:
    """Each row of the table."""
    yield "as they are", stand
    for side, name in enumerate(("chin", "left", "brow", "right")):
        for kept in (0.9, 0.8, 0.7, 0.6, 0.5):
            yield f"{kept:.0%} left, {name} cut", _cut(kept, side)
    for degrees in (15, 30, 45, 60, 75, 90, 135, 180, -30, -60, -90):
        yield f"rolled {degrees}°", _rolled(degrees)
    for wide, high in ((0.8, 1), (0.65, 1), (0.5, 1), (1, 0.8), (1, 0.65), (1, 0.5)):
        yield f"squeezed × {wide} by {high}", _squeezed(wide, high)
    for side in (48, 32, 24, 20):
        yield f"{side} px", _small(side)
    for light in (0.3, 0.15, 0.08, 0.05, 0.03):
        yield f"{light:.0%} light", _dark(light)


def _cut(kept: float, quarter_turns: int) -> View:
    return lambda face: cut(stand(face), kept, quarter_turns)


def _rolled(degrees: float) -> View:
    return lambda face: stand(face, degrees=degrees)


def _squeezed(wide: float, high: float) -> View:
    return lambda face: squeeze(stand(face), wide, high)


def _small(side: int) -> View:
    return lambda face: stand(face, side)


def _dark(light: float) -> View:
    return lambda face: darken(stand(face), light, np.random.default_rng(0))


def answer(reader: EmbeddedReader, frame: Pixels) -> Expression | str:
    """The reading of the frame's largest face.

    Returns:
        Its expression, "unsure", "not found", or the reason why no face can be read.
    """
    try:
        faces = reader.read_pixels(frame)
    except UnreadError as unread:
        return unread.reason.value
    if not faces:
        return "not found"
    return "unsure" if faces[0].unsure else faces[0].expression


def measure(reader: EmbeddedReader, faces: Sequence[Pixels]) -> None:
    """Print the table for these photographs (square, RGB, cut at the face)."""
    told = [(face, answer(reader, stand(face))) for face in faces]
    firm = [(face, said) for face, said in told if isinstance(said, Expression)]
    print(f"{len(faces)} photographs, {len(firm)} read surely as they are")
    print(f"{'':26} same  other unsure refused not found  reasons")
    for name, view in views():
        counts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for face, before in firm:
            now = answer(reader, view(face))
            outcome = _outcome(before, now)
            counts[outcome] += 1
            reasons.update([now] if outcome == "refused" else [])
        shares = "  ".join(
            f"{counts[outcome] / len(firm):5.0%}"
            for outcome in ("same", "other", "unsure", "refused", "not found")
        )
        print(f"{name:26}{shares}      {dict(reasons) or ''}", flush=True)


def _outcome(before: Expression, now: Expression | str) -> str:
    if isinstance(now, Expression):
        return "same" if now is before else "other"
    return now if now in ("unsure", "not found") else "refused"


def turns(reader: EmbeddedReader, faces: Sequence[tuple[Pixels, int]]) -> None:
    """Print, by how far the head is turned: faces, those read, of them right, and how sure."""
    detector, rows = FaceDetector(), []
    for face, label in faces:
        frame = stand(face)
        found = detector.find(frame)
        if not found:
            continue
        # The gates are left out: what they refuse must be known to judge them.
        scores = reader.read_boxes(frame, [found[0].box])[0].scores
        told = max(scores, key=lambda expression: scores[expression])
        rows.append((turned(found[0]), told is [*Expression][label], scores[told]))
    print(f"{len(rows)} of {len(faces)} photographs found")
    for low, high in itertools.pairwise(_TURNS):
        those = [(right, score) for turn, right, score in rows if low <= turn < high]
        if those:
            right, sure = np.mean(those, axis=0)
            print(
                f"turned {low:.1f} to {high:.1f}  {len(those):5}  "
                f"right {right:.3f}  sure {sure:.3f}"
            )
