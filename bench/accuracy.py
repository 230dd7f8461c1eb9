"""How right a reader is, on faces that are already cropped or on whole photographs.

    python -m bench.accuracy --data FILE.npz --json
    python -m bench.accuracy --frames DIR --reader fer
    python -m bench.accuracy --data FILE.npz --robustness --model OTHER.onnx
    python -m bench.accuracy --data FILE.npz --pasted 160 --robustness

`FILE.npz` holds `images` (uint8, N × H × W grey or N × H × W × 3 RGB) and `labels` (N, 0 anger,
1 contempt, 2 disgust, 3 fear, 4 happiness, 5 neutral, 6 sadness, 7 surprise); `DIR` holds
`<expression>/*.jpg`. Photographs, and cropped faces with `--pasted`, go through detection; a face
that is not found or not read counts as missed, and `accuracy` is over the faces that were read.
Calibration error: Guo et al. 2017, 15 bins of equal width. Times: milliseconds on one
thread, by the clock and (`processor`) without what other programs took meanwhile.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import io
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.degrade import CHANGES, Face
from bench.readers import Reader, Sight
from bench.scores import THRESHOLDS, Judgement
from functions.contract import Expression

READERS = {
    "embedded": "embedded",
    "fer": "fer",
    "face-api": "face_api",
    "human": "human",
}
"""Name to module; `bench.peers` installs what the others want."""
_FRAME = (640, 480)
_GREY = 110  # around a pasted face
_QUALITY = 80  # as the page's JPEG

Sample = tuple[Face | bytes, int]
"""A cropped face or a JPEG file, and its label."""


def crops(file: Path, limit: int | None) -> list[tuple[Face, int]]:
    """The faces of an archive as (image, label): all of them, or every k-th, at most `limit`.

    Args:
        file: `images`, N × H × W or N × H × W × 3 uint8, and `labels`, N indices of `Expression`.
        limit: the most faces; None for all.

    Raises:
        SystemExit: the file holds other arrays.
    """
    with np.load(file) as archive:
        images, labels = archive["images"], archive["labels"]
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or len(images) != len(labels):
        raise SystemExit(f"{file}: images uint8 N×H×W or N×H×W×3, and N labels")
    step = max(1, -(-len(labels) // limit)) if limit else 1
    return [(images[n], int(labels[n])) for n in range(0, len(labels), step)]


def photographs(folder: Path) -> list[Sample]:
    """JPEG files (bytes) with their labels, from the folders named after the expressions.

    Raises:
        SystemExit: no such folder holds a JPEG file.
    """
    names = [expression.value for expression in Expression]
    samples: list[Sample] = [
        (file.read_bytes(), label)
        for label, name in enumerate(names)
        for file in sorted((folder / name).glob("*"))
        if file.suffix.lower() in (".jpg", ".jpeg")
    ]
    if not samples:
        raise SystemExit(f"{folder}: no JPEG files in folders named {', '.join(names)}")
    return samples


def pasted(face: Face, side: int) -> bytes:
    """A JPEG of 640 × 480 pixels, grey but for the face, `side` pixels high, in its middle."""
    frame = Image.new("RGB", _FRAME, (_GREY,) * 3)
    picture = Image.fromarray(face)
    picture = picture.resize((round(picture.width * side / picture.height), side))
    frame.paste(picture, ((_FRAME[0] - picture.width) // 2, (_FRAME[1] - side) // 2))
    file = io.BytesIO()
    frame.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def changed(faces: Iterable[tuple[Face, int]], name: str, side: int | None) -> Iterator[Sample]:
    """The faces with one change of `CHANGES` applied, and their labels.

    With `side` each face is pasted into a frame, `side` pixels high.
    """
    random = np.random.default_rng(sum(name.encode()))
    for face, label in faces:
        seen = CHANGES[name](face, random)
        yield (pasted(seen, side) if side else seen), label


def measure(reader: Reader, samples: Iterable[Sample]) -> dict[str, Any]:
    """The figures of one reader over labelled samples.

    Returns:
        Counts, the shares of `Judgement.summary`, recall and precision by expression, the 8 × 8
        confusion, coverage by threshold, and `ms`: milliseconds for a sample, by the clock (median,
        p95) and of the processor (median). The first sample is read once more, before the timing.
    """
    scores, labels, times, work = [], [], [], []
    unread: Counter[str] = Counter()
    warm = False
    for image, label in samples:
        read = functools.partial(_read, reader, image)
        if not warm:
            read()
            warm = True
        began, worked = time.perf_counter(), reader.processor()
        sight = read()
        work.append((reader.processor() - worked) * 1000)
        times.append((time.perf_counter() - began) * 1000)
        if sight.scores is None:
            unread[sight.unread] += 1
        else:
            scores.append(sight.scores)
            labels.append(label)
    judgement = Judgement(
        np.array(scores, np.float32).reshape(-1, len(Expression)), np.array(labels, np.int64)
    )
    thresholds = sorted({*THRESHOLDS, reader.unsure_below})
    return {
        "faces": len(times),
        "missed": sum(unread.values()),
        "missed_because": dict(unread),
        **judgement.summary(),
        "recall": judgement.recall,
        "precision": judgement.precision,
        "confusion": judgement.confusion.tolist(),
        "unsure_below": reader.unsure_below,
        "coverage": [judgement.coverage(threshold) for threshold in thresholds],
        "ms": {
            "median": round(float(np.median(times)), 2),
            "p95": round(float(np.percentile(times, 95)), 2),
            "processor_median": round(float(np.median(work)), 2),
        },
    }


def _read(reader: Reader, image: Face | bytes) -> Sight:
    if isinstance(image, bytes):
        return reader.photograph(image)
    return Sight(reader.crop(image))


def show(figures: dict[str, Any]) -> None:
    """Print the figures as text."""
    print(f"{figures['reader']}: {figures['faces']} faces, {figures['missed']} missed", end=" ")
    print(figures["missed_because"] or "")
    for name in ("accuracy", "macro_f1", "calibration_error"):
        print(f"{name:18} {figures[name]:.4f}")
    print(f"{'ms':18} " + ", ".join(f"{name} {ms}" for name, ms in figures["ms"].items()))
    print(f"\n{'':10} recall precision  told as " + " ".join(f"{e[:5]:>5}" for e in Expression))
    for row, name in enumerate(Expression):
        recall, precision = (figures[figure][name.value] for figure in ("recall", "precision"))
        counts = " ".join(f"{count:5}" for count in figures["confusion"][row])
        print(f"{name.value:10} {_share(recall)}  {_share(precision)}            {counts}")
    print("\nsure from  coverage  accuracy")
    for row in figures["coverage"]:
        mark = " ← unsure below" if row["threshold"] == figures["unsure_below"] > 0 else ""
        print(f"{row['threshold']:9} {row['coverage']:9.3f}    {_share(row['accuracy'])}{mark}")
    if "robustness" in figures:
        print(f"\n{'':20} accuracy macro-F1   ECE  missed")
        for name, row in figures["robustness"].items():
            print(
                f"{name:20} {row['accuracy']:8.3f} {row['macro_f1']:8.3f} "
                f"{row['calibration_error']:5.3f} {row['missed']:7}"
            )


def _share(value: float | None) -> str:
    return "     –" if value is None else f"{value:6.3f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, metavar="FILE.npz", help="cropped faces")
    source.add_argument("--frames", type=Path, metavar="DIR", help="photographs")
    parser.add_argument("--reader", choices=[*READERS], default="embedded")
    parser.add_argument("--model", type=Path, help="another ONNX for the embedded reader")
    parser.add_argument("--limit", type=int, help="read about so many of the cropped faces")
    parser.add_argument("--pasted", type=int, metavar="PX", help="paste crops into frames, so high")
    parser.add_argument("--robustness", action="store_true", help="add the table of changes")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if arguments.frames and (arguments.robustness or arguments.pasted or arguments.limit):
        parser.error("--robustness, --pasted and --limit are for --data")

    # A peer's packages need not be there for the others.
    reader: Reader = importlib.import_module(f"bench.readers.{READERS[arguments.reader]}").create(
        arguments.model
    )
    figures: dict[str, Any] = {
        "reader": arguments.reader,
        "model": arguments.model.name if arguments.model else None,
        "set": (arguments.data or arguments.frames).name,
        "megabytes": round(sum(file.stat().st_size for file in reader.files) / 1e6, 2),
    }
    if arguments.frames:
        figures |= measure(reader, photographs(arguments.frames))
    else:
        faces = crops(arguments.data, arguments.limit)
        figures |= measure(reader, changed(faces, "clean", arguments.pasted))
        if arguments.robustness:
            figures["robustness"] = {
                name: measure(reader, changed(faces, name, arguments.pasted)) for name in CHANGES
            }
    if arguments.json:
        print(json.dumps(figures))
    else:
        show(figures)


if __name__ == "__main__":
    main()
