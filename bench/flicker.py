"""How often the shown emoji changes while a face does not: a confirming frame soon, or late.

    python -m bench.flicker --data photographs.npz [--limit 60] [--json]

The page shows another expression with its second reading, and takes that second frame 0.35 s
after the first (`CONFIRM_PAUSE` of `frontend/src/frame/pace.ts`); before, it came at the usual pace
of two seconds. Two frames so close may show the same moment of a mouth. Three kinds of sequences,
each of 60 s:

- `talks`: a relaxed face that speaks (`bench.talking`): mouth shapes of 80 to 280 ms, with pauses;
- `sits`: any face, which moves by up to four pixels and in changing light, with a camera's noise;
- `smiles`: a relaxed face and a smiling one in turn, 3 to 8 s each: these changes should show.

The frames are read by the embedded reader, and the readings shown by the page's own filter
(`frontend/src/room/steady.ts`), run by Node. It prints frames and changes a minute.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.accuracy import crops
from bench.linkage import FRONTEND, bundled
from bench.talking import SHAPES, speak
from bench.views import stand
from functions.contract import Expression, UnreadError
from functions.reader.detector import FaceDetector
from functions.reader.embedded import EmbeddedReader
from functions.reader.image import Pixels

SECONDS: Final = 60
_MOMENTS = 12  # different pictures of somebody who sits
_SHIFT, _LIGHT, _NOISE = 4, 0.06, 3.0  # px, share, levels of 255
_TIMEOUT = 300  # s

Look = dict[str, Any]
"""From when (`at`, s) a face looks as in `face`, which is None where no face is read."""


def read(reader: EmbeddedReader, frame: Pixels) -> dict[str, Any] | None:
    """The largest face of a frame as the service sends it; None if none is read."""
    try:
        faces = reader.read_pixels(frame)
    except UnreadError:
        return None
    return faces[0].to_json() if faces else None


def talks(reader: EmbeddedReader, face: Pixels, random: np.random.Generator) -> list[Look]:
    """Somebody who says words of three to eight shapes, a quarter of the time silent."""
    frame = stand(face)
    found = FaceDetector().find(frame)
    if not found:
        return []
    mouths = [read(reader, speak(frame, found[0].points[3:], shape)) for shape in SHAPES]
    silent = read(reader, frame)
    looks, at = [], 0.0
    while at < SECONDS:
        for _ in range(random.integers(3, 9)):
            looks.append({"at": at, "face": mouths[random.integers(len(mouths))]})
            at += random.uniform(0.08, 0.28)
        looks.append({"at": at, "face": silent})
        at += random.uniform(0.2, 0.6)
    return looks


def sits(reader: EmbeddedReader, face: Pixels, random: np.random.Generator) -> list[Look]:
    """Somebody who moves a little, another picture every 0.4 s."""
    moments = [read(reader, _disturbed(stand(face), random)) for _ in range(_MOMENTS)]
    times = np.arange(0, SECONDS, 0.4)
    return [{"at": float(at), "face": moments[random.integers(_MOMENTS)]} for at in times]


def smiles(
    reader: EmbeddedReader, faces: tuple[Pixels, Pixels], random: np.random.Generator
) -> list[Look]:
    """A relaxed face and a smiling one in turn."""
    read_faces = itertools.cycle([read(reader, stand(face)) for face in faces])
    looks, at = [], 0.0
    while at < SECONDS:
        looks.append({"at": at, "face": next(read_faces)})
        at += random.uniform(3, 8)
    return looks


def _disturbed(frame: Pixels, random: np.random.Generator) -> Pixels:
    moved = np.roll(frame, tuple(random.integers(-_SHIFT, _SHIFT + 1, 2)), axis=(0, 1))
    light = 1 + random.uniform(-_LIGHT, _LIGHT)
    noisy = moved * light + random.normal(0, _NOISE, frame.shape)
    return np.clip(np.round(noisy), 0, 255).astype(np.uint8)


def played(sequences: Sequence[list[Look]]) -> dict[str, Any]:
    """Frames and changes a minute with a confirming frame late and soon, by the page's filter.

    Raises:
        subprocess.SubprocessError: Node failed, or took over five minutes.
    """
    given = json.dumps([{"seconds": SECONDS, "looks": looks} for looks in sequences])
    with tempfile.TemporaryDirectory() as folder:
        modules = [
            bundled(FRONTEND / "src" / source, Path(folder))
            for source in (Path("room", "steady.ts"), Path("frame", "pace.ts"))
        ]
        done = subprocess.run(
            ["node", str(Path(__file__).with_suffix(".mjs")), *map(str, modules)],
            input=given,
            check=True,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
        )
    return {
        name: {key: round(60 * sums[key] / sums["seconds"], 2) for key in ("frames", "changes")}
        for name, sums in json.loads(done.stdout).items()
    }


def measure(reader: EmbeddedReader, faces: Sequence[tuple[Pixels, int]]) -> dict[str, Any]:
    """Each kind's people, and its frames and changes a minute.

    Args:
        reader: the embedded reader.
        faces: N × N × 3 (RGB), cut at the face, each with the index of its expression.
    """
    random = np.random.default_rng(1)
    of = {e: [face for face, label in faces if label == [*Expression].index(e)] for e in Expression}
    relaxed, smiling = of[Expression.NEUTRAL], of[Expression.HAPPINESS]
    kinds: dict[str, Iterator[list[Look]]] = {
        "talks": (talks(reader, face, random) for face in relaxed),
        "sits": (sits(reader, face, random) for face, _ in faces),
        "smiles": (smiles(reader, pair, random) for pair in zip(relaxed, smiling, strict=False)),
    }
    table = {}
    for kind, made in kinds.items():
        sequences = [looks for looks in made if looks]
        table[kind] = {"people": len(sequences), **played(sequences)}
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.flicker",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="square faces in colour, labelled")
    parser.add_argument("--limit", type=int, help="read about so many of the faces")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    faces = list(crops(arguments.data, None))
    step = max(1, -(-len(faces) // arguments.limit)) if arguments.limit else 1
    table = measure(EmbeddedReader(), faces[::step])
    if arguments.json:
        print(json.dumps(table))
        return
    print("| kind | people | frames, late | changes, late | frames, soon | changes, soon |")
    print("|---|---|---|---|---|---|")
    for kind, row in table.items():
        cells = [row[pace][key] for pace in ("late", "soon") for key in ("frames", "changes")]
        print("| " + " | ".join(map(str, [kind, row["people"], *cells])) + " |")


if __name__ == "__main__":
    main()
