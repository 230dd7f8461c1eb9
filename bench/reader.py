"""What reading costs: runtimes side by side, detection by scale, and a whole frame.

    python -m bench.reader [--json] [--opencv-yunet FILE.onnx]
    python -m bench.reader --worst [--json]      the most a frame can cost: bench/worst.py

Every figure is of one thread on the CPU: `ms` by the clock, `processor` without what other programs
took meanwhile; medians. OpenCV is compared where it is installed (`opencv-python-headless<5`);
its detector wants the file of OpenCV's model zoo, with its fixed input size. The photographs are
made here, by pasting the face of `tests/faces/astronaut.jpg` into frames.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import io
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.runtime import RUNTIMES, timed
from bench.worst import LIMIT_MS, dearest, worst
from functions.contract import FRAME_MAX_SIDE
from functions.reader.classifier import MODEL
from functions.reader.detector import MODEL as DETECTOR
from functions.reader.detector import FaceDetector
from functions.reader.embedded import EmbeddedReader
from functions.reader.image import Pixels, decode_frame, to_grey

_PHOTOGRAPH = Path(__file__).parents[1] / "tests" / "faces" / "astronaut.jpg"
_HEAD = (130, 10, 310, 210)  # of the photograph, with some air around
_FACE = 111  # px, the height of the detector's box in it

# Height of each face, in pixels of the frame.
SCENES: dict[str, tuple[tuple[int, int], tuple[int, ...]]] = {
    **{f"640×480, {side} px": ((640, 480), (side,)) for side in (14, 16, 20, 24, 32, 48, 96, 240)},
    "640×480, 460 px": ((640, 480), (460,)),
    "640×480, six of 36 px": ((640, 480), (36,) * 6),
    "640×480, 200 and 24 px": ((640, 480), (200, 24)),
    "640×480, 120, 60 and 30 px": ((640, 480), (120, 60, 30)),
    **{f"1280×720, {side} px": ((1280, 720), (side,)) for side in (24, 32, 40, 64, 300)},
    "1280×720, six of 60 px": ((1280, 720), (60,) * 6),
    "640×480, nobody": ((640, 480), ()),
}
SCALES = {
    "256": (256, 256),
    "320": (320, 320),
    "480": (480, 480),
    "640": (640, 640),
    "320, then 640": (320, 640),
}


def scene(size: tuple[int, int], heights: tuple[int, ...]) -> Pixels:
    """A frame (RGB) of faces of these heights, from left to right on a plain wall."""
    with Image.open(_PHOTOGRAPH) as photograph:
        head = photograph.convert("RGB").crop(_HEAD)
    frame = Image.new("RGB", size, (150, 140, 130))
    widths = [round(head.width * height / _FACE) for height in heights]
    left = (size[0] - sum(widths)) // (len(heights) + 1)
    gap = left
    for height, width in zip(heights, widths, strict=True):
        pasted = head.resize((width, round(head.height * height / _FACE)), Image.Resampling.LANCZOS)
        frame.paste(pasted, (left, (size[1] - pasted.height) // 2))
        left += width + gap
    noise = np.random.default_rng(0).normal(0, 2, (size[1], size[0], 3))
    return np.clip(np.asarray(frame) + noise, 0, 255).astype(np.uint8)


def jpeg(pixels: Pixels) -> bytes:
    """A frame as the page would upload it."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=80)
    return file.getvalue()


def runtimes(model: Path, yunet: Path | None) -> dict[str, Any]:
    """Each installed runtime with its detector and `model`, in a process of its own."""
    detectors = {"onnxruntime": DETECTOR, "opencv": yunet}
    figures: dict[str, Any] = {}
    for name, detector in detectors.items():
        if detector is None or not importlib.util.find_spec(RUNTIMES[name].module):
            continue
        command = [sys.executable, "-m", "bench.runtime", name, str(model), str(detector)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        figures[name] = json.loads(run.stdout)
    return figures


def scales() -> dict[str, Any]:
    """Faces found and milliseconds, by scene and detector's scales, in colour and in grey."""
    detectors = {
        name: FaceDetector(glance=glance, close_look=close_look)
        for name, (glance, close_look) in SCALES.items()
    }
    table: dict[str, Any] = {}
    for scene_name, (size, heights) in SCENES.items():
        colours = decode_frame(jpeg(scene(size, heights)))
        table[scene_name] = {
            name: {
                "found": len(detector.find(colours)),
                "of": len(heights),
                **timed(functools.partial(detector.find, colours), 15),
            }
            for name, detector in detectors.items()
        }
        table[scene_name]["320, then 640, in grey"] = {
            "found": len(detectors["320, then 640"].find(to_grey(colours))),
            "of": len(heights),
        }
    return table


def frames() -> dict[str, Any]:
    """`timed` figures from JPEG to faces, and how many times faster two threads are than one."""
    reader = EmbeddedReader()
    one = jpeg(scene((640, 480), (160,)))
    four = jpeg(scene((640, 480), (80,) * 4))
    nobody = jpeg(scene((640, 480), ()))
    figures: dict[str, Any] = {
        "640×480, one face": timed(lambda: reader.read(one)),
        "640×480, four faces": timed(lambda: reader.read(four)),
        "640×480, nobody": timed(lambda: reader.read(nobody)),
        "decode 640×480": timed(lambda: decode_frame(one)),
    }
    size = FRAME_MAX_SIDE, FRAME_MAX_SIDE * 3 // 4
    large = jpeg(np.asarray(Image.fromarray(scene((640, 480), (160,))).resize(size)))
    figures["decode the largest, whole"] = timed(lambda: decode_frame(large), 5)
    figures["decode the largest, 960 px are enough"] = timed(
        lambda: decode_frame(large, enough=960), 5
    )

    def work(threads: int) -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(reader.read, [one] * 80))
        return time.perf_counter() - began

    alone, together = work(1), work(2)
    figures["two threads against one"] = round(alone / together, 2)
    return figures


def _print_worst(*, as_json: bool) -> int:
    table = worst()
    if as_json:
        print(json.dumps(table, ensure_ascii=False))
    else:
        for name, row in sorted(table.items(), key=lambda item: -item[1]["whole"]):
            print(f"{name:46}", "  ".join(f"{step} {ms:6.1f}" for step, ms in row.items()))
        for step, (ms, name) in dearest(table).items():
            print(f"most for {step:8} {ms:6.1f} ms: {name}")
    return int(dearest(table)["whole"][0] > LIMIT_MS)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.reader",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--opencv-yunet", type=Path, metavar="FILE.onnx")
    parser.add_argument("--model", type=Path, default=MODEL, help="the classifier to time")
    parser.add_argument("--worst", action="store_true", help="only the most a frame can cost")
    arguments = parser.parse_args()
    if arguments.worst:
        sys.exit(_print_worst(as_json=arguments.json))
    figures = {
        "runtimes": runtimes(arguments.model, arguments.opencv_yunet),
        "detection": scales(),
        "frames": frames(),
    }
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
        return
    for title, rows in figures.items():
        print(f"\n{title}")
        for name, row in rows.items():
            print(f"  {name}")
            for key, value in row.items() if isinstance(row, dict) else [("ratio", row)]:
                print(f"    {key:26} {value}")


if __name__ == "__main__":
    main()
