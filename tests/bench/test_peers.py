"""All readers are compared by the same command, which marks those trained on a data set."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bench import peers
from bench.readers import vladmandic
from functions.contract import Expression


def result(accuracy: float) -> dict[str, object]:
    """The values of `bench.accuracy` for one data set that the table shows."""
    return {
        "accuracy": accuracy,
        "macro_f1": 0.5,
        "calibration_error": 0.04,
        "ms": {"processor_median": 1.25},
        "megabytes": 2.04,
    }


def test_the_table_marks_who_has_seen_a_set() -> None:
    """A peer trained on FER2013 has a dagger at FER+ faces and at no other data set."""
    results = {
        name: {kind: result(0.75) for kind in ("val", "posed", "frame")}
        for name in ("embedded", "human")
    }
    ours, theirs = peers.table(results, ["val", "posed"], {"val"}).splitlines()[2:]
    three = ".750 / .500 / .040"
    assert ours == f"| embedded | {three} | {three} | 1.2 ms | 1.2 ms | 2.0 MB |"
    assert theirs == f"| human | {three} † | {three} | 1.2 ms | 1.2 ms | 2.0 MB |"


def test_a_reader_is_measured_by_the_accuracy_bench(tmp_path: Path) -> None:
    """The embedded reader gets two grey faces; the bench gives its time and its models' size."""
    images = np.random.default_rng(1).integers(0, 256, (2, 48, 48)).astype(np.uint8)
    np.savez(tmp_path / "two.npz", images=images, labels=np.array([4, 5]))
    figures = peers.measure("embedded", "--data", tmp_path / "two.npz")
    assert (figures["faces"], figures["missed"]) == (2, 0)
    assert figures["megabytes"] > 1
    assert figures["ms"]["processor_median"] > 0


def test_a_peer_that_is_not_installed_says_how(tmp_path: Path) -> None:
    """The error message holds the command that installs the peer."""
    with pytest.raises(SystemExit, match="--install"):
        vladmandic.create("@vladmandic/human", tmp_path)


_NODE = """
import json, sys
print("ready", flush=True)
for line in sys.stdin.buffer:
    asked = json.loads(line)
    pixels = sys.stdin.buffer.read(asked["height"] * asked["width"] * 3)
    scores = {"happy": 0.6, "surprised": 0.2} if asked["crop"] and pixels[0] == 7 else None
    print(json.dumps({"scores": scores, "processor": 1500}), flush=True)
"""


def test_a_reader_under_node_is_asked_in_colour_and_told_our_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grey face is sent as RGB; the scores come back under our labels and sum to 1."""
    program = tmp_path / "node"
    program.write_text(f"#!{sys.executable}\n{_NODE}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    home = tmp_path / "node_modules" / "@vladmandic/human"
    home.mkdir(parents=True)
    reader = vladmandic.create("@vladmandic/human", tmp_path)
    told = dict(zip(Expression, reader.crop(np.full((4, 5), 7, np.uint8)), strict=True))
    assert told[Expression.HAPPINESS] == pytest.approx(0.75)
    assert told[Expression.SURPRISE] == pytest.approx(0.25)
    assert sum(told.values()) == pytest.approx(1)
    assert reader.processor() == 1.5
    face = Path(__file__).parents[1] / "faces" / "astronaut.jpg"
    assert reader.photograph(face.read_bytes()).unread == "no-face"
    assert [file.parent for file in reader.files] == [home / "models"] * 3
    reader.close()
