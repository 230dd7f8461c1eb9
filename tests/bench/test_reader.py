"""The reader bench uses faces of the stated size, and measures a runtime by itself."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from bench.reader import scene
from bench.runtime import timed
from functions.reader import classifier, detector
from tests import waiting


@pytest.mark.parametrize("heights", [(120,), (200, 90), (60, 60, 60)])
def test_a_scene_shows_faces_of_the_stated_height(heights: tuple[int, ...]) -> None:
    """The detected boxes have the height of the table's row, within a tenth."""
    found = detector.FaceDetector().find(scene((640, 480), heights))
    assert [face.box[3] for face in found] == pytest.approx(sorted(heights, reverse=True), rel=0.1)


def test_a_runtime_is_measured_in_a_process_of_its_own() -> None:
    """Every figure is positive, and the package's size is the sum of its files."""
    command = [sys.executable, "-m", "bench.runtime", "onnxruntime"]
    models = [str(classifier.MODEL), str(detector.MODEL)]
    run = subprocess.run(
        [*command, *models], capture_output=True, text=True, timeout=waiting.PATIENCE, check=True
    )
    figures = json.loads(run.stdout)
    assert figures["package_mb"] > 20
    for name in ("one face", "four faces", "detection, 320×240"):
        assert figures[name]["processor"] > 0
        assert figures[name]["ms"] <= figures[name]["p95"]


def test_times_are_medians_of_what_was_called() -> None:
    """Each run makes one call, after three calls to warm up."""
    calls: list[int] = []
    figures = timed(lambda: calls.append(1), runs=5)
    assert len(calls) == 8
    assert np.all(np.array(list(figures.values())) >= 0)
