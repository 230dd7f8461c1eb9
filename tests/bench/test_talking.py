"""Drawn speech changes only the mouth, and the readings of it are counted right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench import talking
from bench.talking import SHAPES, Shape, speak
from bench.views import stand
from functions.reader.detector import FaceDetector
from functions.reader.embedded import EmbeddedReader
from functions.reader.image import Pixels

FACES = Path(__file__).parents[1] / "faces"


@pytest.fixture(scope="module")
def face() -> Pixels:
    """A smiling head in its frame, 200 px high."""
    with Image.open(FACES / "astronaut.jpg") as photograph:
        return stand(np.asarray(photograph.convert("RGB").crop((150, 40, 290, 180))))


def test_a_closed_mouth_at_rest_is_the_picture_itself(face: Pixels) -> None:
    """A mouth shape without movement leaves the picture unchanged."""
    corners = FaceDetector().find(face)[0].points[3:]
    assert np.abs(speak(face, corners, Shape("rest", 1, 0)).astype(int) - face).max() <= 1


def test_an_open_mouth_is_dark_and_the_eyes_stay(face: Pixels) -> None:
    """The area between the lips becomes darker; no pixel above the nose changes."""
    found = FaceDetector().find(face)[0]
    spoken = speak(face, found.points[3:], Shape("open", 1, 0.45))
    width = float(np.linalg.norm(found.points[4] - found.points[3]))
    x, y = found.points[3:].mean(0) + np.array([0, 0.15 * width])
    inside = np.s_[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4]
    assert spoken[inside].mean() < 0.6 * face[inside].mean()
    nose = round(found.points[2, 1] - 0.2 * width)
    assert np.array_equal(spoken[:nose], face[:nose])


def test_faces_that_are_not_relaxed_do_not_count(face: Pixels) -> None:
    """A person who smiles before they speak is left out of the count."""
    figures = talking.measure(EmbeddedReader(), [face[140:340, 220:420]])
    assert figures["people"] == 0
    assert figures["all"] == {}


def test_every_shape_of_a_relaxed_face_is_counted(
    face: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One person gives eight mouth shapes; each shape's shares sum to 1, and so do all together."""
    told = iter(["neutral", "neutral", *["surprise", "neutral"] * 4])
    monkeypatch.setattr(talking, "told", lambda *_: next(told))
    figures = talking.measure(EmbeddedReader(), [face[140:340, 220:420]])
    assert figures["people"] == 1
    assert figures["shapes"]["closed (m)"] == {"neutral": 1.0}
    assert figures["all"] == {"neutral": 0.5, "surprise": 0.5}
    assert len(figures["shapes"]) == len(SHAPES)
    assert 0 < figures["changes"] <= 1
