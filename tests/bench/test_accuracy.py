"""The accuracy bench computes its measures as they are defined."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench import accuracy
from bench.degrade import CHANGES
from bench.readers import Image as Pixels
from bench.readers import Scores, Sight
from bench.scores import Judgement
from functions.contract import Expression

SMILE = Path(__file__).parents[1] / "faces" / "astronaut.jpg"
HAPPINESS = list(Expression).index(Expression.HAPPINESS)
NEUTRAL = list(Expression).index(Expression.NEUTRAL)
Run = Callable[..., dict[str, object]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command and returns its JSON."""

    def call(*arguments: object) -> dict[str, object]:
        command = ["accuracy", *map(str, arguments), "--json"]
        monkeypatch.setattr("sys.argv", command)
        accuracy.main()
        figures: dict[str, object] = json.loads(capsys.readouterr().out)
        return figures

    return call


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three smiles, one of them labelled neutral."""
    with Image.open(SMILE) as photograph:
        face = np.asarray(photograph.convert("RGB").crop((170, 60, 280, 170)))
    labels = np.array([HAPPINESS, NEUTRAL, HAPPINESS])
    np.savez(tmp_path / "faces.npz", images=np.stack([face] * 3), labels=labels)
    return tmp_path / "faces.npz"


def judged(*rows: tuple[Expression, float, Expression]) -> Judgement:
    """Faces as (expression read, its score, label)."""
    order = list(Expression)
    scores = np.zeros((len(rows), len(order)), np.float32)
    for row, (told, score, _) in enumerate(rows):
        scores[row] = (1 - score) / (len(order) - 1)
        scores[row, order.index(told)] = score
    return Judgement(scores, np.array([order.index(label) for *_, label in rows]))


A, H, N = Expression.ANGER, Expression.HAPPINESS, Expression.NEUTRAL


def test_accuracy_recall_precision_and_f1_are_counted_by_hand() -> None:
    """Four faces, two of them read right, give the values that were worked out by hand."""
    four = judged((A, 0.9, A), (A, 0.9, N), (H, 0.9, H), (A, 0.9, N))
    assert four.accuracy == 0.5
    assert (four.recall["anger"], four.recall["neutral"], four.recall["fear"]) == (1, 0, None)
    assert four.precision["anger"] == pytest.approx(1 / 3, abs=0.001)
    assert four.precision["neutral"] is None
    assert four.macro_f1 == pytest.approx((0.5 + 1 + 0) / 3)
    assert four.confusion[NEUTRAL].tolist() == [2, 0, 0, 0, 0, 0, 0, 0]


def test_calibration_error_is_the_gap_between_stated_and_true() -> None:
    """90 % confidence with half of the faces right is an error of 0.4; a right 100 % is none."""
    assert judged((A, 0.9, A), (A, 0.9, N)).calibration_error == pytest.approx(0.4)
    assert judged((A, 1.0, A), (H, 1.0, H)).calibration_error == pytest.approx(0)
    # Bins are weighed by their faces: one bin 0.1 off, the other 0.6, two faces each.
    mixed = judged((A, 0.9, A), (H, 0.9, H), (A, 0.6, N), (A, 0.6, N))
    assert mixed.calibration_error == pytest.approx(0.35)


def test_doubt_costs_coverage_and_saves_accuracy() -> None:
    """Only faces whose confidence reaches the threshold count as read."""
    three = judged((A, 0.9, A), (A, 0.4, N), (H, 0.6, H))
    assert three.coverage(0.5) == {"threshold": 0.5, "coverage": 0.6667, "accuracy": 1.0}
    assert three.coverage(0.95)["accuracy"] is None


def test_cropped_faces_are_read_as_they_are(run: Run, archive: Path) -> None:
    """The command reads three colour crops of any size; two of its readings are right."""
    figures = run("--data", archive)
    assert (figures["faces"], figures["missed"]) == (3, 0)
    assert figures["accuracy"] == pytest.approx(2 / 3, abs=0.001)
    assert np.array(figures["confusion"])[NEUTRAL, HAPPINESS] == 1


def test_the_robustness_table_has_a_row_for_each_change(run: Run, archive: Path) -> None:
    """Each change is applied to every face, and the unchanged faces are measured, too."""
    figures = run("--data", archive, "--robustness")
    table = figures["robustness"]
    assert isinstance(table, dict)
    assert set(table) == set(CHANGES)
    assert all(row["faces"] == 3 for row in table.values())
    assert table["clean"]["accuracy"] == figures["accuracy"]


def test_photographs_go_through_detection(run: Run, tmp_path: Path) -> None:
    """Folder names are the labels; a picture without a face counts as missed, with its reason."""
    for name, content in (("happiness", SMILE.read_bytes()), ("neutral", blank())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.jpg").write_bytes(content)
    figures = run("--frames", tmp_path)
    assert (figures["faces"], figures["missed_because"]) == (2, {"no-face": 1})
    assert figures["accuracy"] == 1


def test_pasted_faces_are_found_in_their_frame(run: Run, archive: Path) -> None:
    """A crop that was pasted into a frame is detected there and gets the same reading."""
    assert run("--data", archive, "--pasted", 200)["missed"] == 0


def test_a_peer_reads_the_same_faces(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every reader gets the same faces, unchanged, and its answers are counted."""

    class Peer:
        unsure_below = 0.0
        files = (archive,)
        worked = 0.0

        def processor(self) -> float:
            return self.worked

        def crop(self, face: Pixels) -> Scores:
            self.worked += 0.25
            assert face.shape == (110, 110, 3)
            scores: Scores = np.eye(8, dtype=np.float32)[NEUTRAL]
            return scores

        def photograph(self, jpeg: bytes) -> Sight:
            raise AssertionError(f"{len(jpeg)} bytes of a photograph, where faces are cropped")

    monkeypatch.setattr("bench.readers.embedded.create", lambda _: Peer())
    figures = run("--data", archive)
    assert figures["accuracy"] == pytest.approx(1 / 3, abs=0.001)
    milliseconds = figures["ms"]
    assert isinstance(milliseconds, dict)
    assert milliseconds["processor_median"] == 250


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "clean"])
@pytest.mark.parametrize("shape", [(48, 48), (60, 50, 3)], ids=["grey", "colour"])
def test_every_change_changes_a_face_and_keeps_its_shape(name: str, shape: tuple[int, ...]) -> None:
    """Each change alters a grey or colour image, keeps its size, and can be repeated exactly."""
    face = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    changed, again = (CHANGES[name](face, np.random.default_rng(2)) for _ in range(2))
    assert (changed.shape, changed.dtype) == (face.shape, face.dtype)
    assert not np.array_equal(changed, face)
    assert np.array_equal(changed, again)


def test_data_of_another_shape_is_refused(tmp_path: Path) -> None:
    """Float images and missing labels are refused, and the message says what is expected."""
    np.savez(tmp_path / "x.npz", images=np.zeros((2, 4, 4)), labels=np.zeros(2))
    with pytest.raises(SystemExit, match="uint8"):
        accuracy.crops(tmp_path / "x.npz", None)


def blank() -> bytes:
    """A picture of one grey, without a face."""
    file = io.BytesIO()
    Image.new("RGB", (320, 240), "grey").save(file, "JPEG")
    return file.getvalue()
