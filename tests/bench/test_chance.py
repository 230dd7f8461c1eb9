"""The bench of chance resamples people, not faces."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench import chance
from bench.scores import Judgement
from functions.contract import Expression
from functions.reader.classifier import MODEL

SMILE = Path(__file__).parents[1] / "faces" / "astronaut.jpg"
HAPPINESS = list(Expression).index(Expression.HAPPINESS)


def judgement(right: list[bool]) -> Judgement:
    """Faces labelled happiness; a right one is read so, a wrong one as anger."""
    scores = np.zeros((len(right), len(Expression)), np.float32)
    scores[np.arange(len(right)), np.where(right, HAPPINESS, 0)] = 1
    return Judgement(scores, np.full(len(right), HAPPINESS))


def test_faces_of_one_person_make_the_error_larger() -> None:
    """Four faces each of ten people have twice the error of forty people, half of them right."""
    one, other = judgement(([True] * 4 + [False] * 4) * 5), judgement([True] * 40)
    single = chance.compare(one, other, np.arange(40), 2000)["accuracy"]
    grouped = chance.compare(one, other, np.arange(40) // 4, 2000)["accuracy"]
    assert single["one"][0] == grouped["one"][0] == 0.5
    assert single["one"][1] == pytest.approx(0.5 / 40**0.5, rel=0.1)
    assert grouped["one"][1] == pytest.approx(0.5 / 10**0.5, rel=0.1)
    assert grouped["difference"][0] == -0.5
    assert grouped["difference"][2] < -0.5 < grouped["difference"][3]


def test_the_same_classifier_twice_does_not_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each draw uses the same people for both classifiers; the archive's `people` are used."""
    with Image.open(SMILE) as photograph:
        face = np.asarray(photograph.convert("RGB").crop((170, 60, 280, 170)))
    file = tmp_path / "faces.npz"
    labels = np.array([HAPPINESS, 0, HAPPINESS])
    np.savez(file, images=np.stack([face] * 3), labels=labels, people=np.array([7, 7, 9]))
    arguments = ["--data", str(file), "--against", str(MODEL), "--draws", "50", "--json"]
    monkeypatch.setattr("sys.argv", ["chance", *arguments])
    chance.main()
    told = json.loads(capsys.readouterr().out)
    assert told["accuracy"]["difference"] == [0, 0, 0, 0]
    assert told["accuracy"]["one"][0] == pytest.approx(2 / 3)
    assert chance.people(file, 3, 1).tolist() == [0, 0, 1]
