"""One inference runtime by itself: `python -m bench.runtime NAME CLASSIFIER.onnx DETECTOR.onnx`.

A process of its own for each, which imports nothing else of weight, so that start and memory are
the runtime's. `bench.reader` puts them side by side.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[np.float32]

_DETECTION = (240, 320)  # px, rows and columns
_FACE = 48  # px


@dataclass(frozen=True)
class Runtime:
    """How to load a classifier and a detector: each answers a call that runs it."""

    module: str
    packages: tuple[str, ...]
    classifier: Callable[[Any, str], Callable[[Tensor], object]]
    detector: Callable[[Any, str], Callable[[], object]]


def _onnx_session(onnxruntime: Any, file: str) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def _onnx_classifier(onnxruntime: Any, file: str) -> Callable[[Tensor], object]:
    session = _onnx_session(onnxruntime, file)
    return lambda faces: session.run(["scores"], {"face": faces})


def _onnx_detector(onnxruntime: Any, file: str) -> Callable[[], object]:
    session = _onnx_session(onnxruntime, file)
    rows, columns = (-(-side // 32) * 32 for side in _DETECTION)  # the network's grids fit
    frame = np.zeros((1, 3, rows, columns), np.float32)
    return lambda: session.run(None, {"input": frame})


def _opencv_classifier(cv2: Any, file: str) -> Callable[[Tensor], object]:
    cv2.setNumThreads(1)
    network = cv2.dnn.readNetFromONNX(file)

    def classify(faces: Tensor) -> object:
        network.setInput(faces)
        return network.forward("scores")

    return classify


def _opencv_detector(cv2: Any, file: str) -> Callable[[], object]:
    detector = cv2.FaceDetectorYN.create(file, "", _DETECTION[::-1])
    frame = np.zeros((*_DETECTION, 3), np.uint8)
    return lambda: detector.detect(frame)


RUNTIMES = {
    "onnxruntime": Runtime(
        "onnxruntime",
        ("onnxruntime", "flatbuffers", "protobuf", "packaging"),
        _onnx_classifier,
        _onnx_detector,
    ),
    "opencv": Runtime("cv2", ("opencv-python-headless",), _opencv_classifier, _opencv_detector),
}


def timed(call: Callable[[], object], runs: int = 60) -> dict[str, float]:
    """Milliseconds of `runs` calls, after three to warm up.

    Returns:
        `ms` and `p95`: median and 95th percentile by the clock. `processor`: median of this
        thread's processor time.
    """
    for _ in range(3):
        call()
    clock, processor = [], []
    for _ in range(runs):
        began, worked = time.perf_counter(), time.thread_time()
        call()
        processor.append((time.thread_time() - worked) * 1000)
        clock.append((time.perf_counter() - began) * 1000)
    return {
        "ms": round(float(np.median(clock)), 2),
        "p95": round(float(np.percentile(clock, 95)), 2),
        "processor": round(float(np.median(processor)), 2),
    }


def resident() -> float:
    """This process's resident memory in 10⁶ bytes, from /proc (Linux, pages of 4,096 bytes)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def installed(packages: tuple[str, ...]) -> float:
    """Megabytes of the packages' files."""
    files = [
        Path(str(file.locate()))
        for name in packages
        for file in importlib.metadata.files(name) or ()
    ]
    return sum(file.stat().st_size for file in files if file.exists()) / 1e6


def measure(name: str, classifier: str, detector: str) -> dict[str, Any]:
    """Every figure of one runtime, on one thread.

    Args:
        name: one of `RUNTIMES`.
        classifier: path of an ONNX classifier of 48 × 48 grey faces.
        detector: path of YuNet's ONNX file.

    Returns:
        `cold_ms`: processor time from the import to the first results. `resident_mb`: memory that
        this added. `package_mb`: files of the packages. The rest are `timed` calls.
    """
    runtime = RUNTIMES[name]
    faces = np.random.default_rng(0).uniform(0, 255, (4, 1, _FACE, _FACE)).astype(np.float32)
    before, began = resident(), time.process_time()
    module = importlib.import_module(runtime.module)
    classify, detect = runtime.classifier(module, classifier), runtime.detector(module, detector)
    classify(faces[:1])
    detect()
    return {
        "cold_ms": round((time.process_time() - began) * 1000),
        "resident_mb": round(resident() - before, 1),
        "package_mb": round(installed(runtime.packages), 1),
        "one face": timed(lambda: classify(faces[:1])),
        "four faces": timed(lambda: classify(faces)),
        "detection, 320×240": timed(detect),
    }


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:4])))
