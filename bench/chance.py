"""Whether two classifiers differ by more than the choice of people can explain.

    python -m bench.chance --data posed.npz --together 3 --against OLD.onnx [--model NEW.onnx]

Both read the same cropped faces. The people are drawn again, with replacement, `--draws` times
(Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979): all faces of one person are in or
out together, since they are right or wrong together. Who is pictured comes from the archive's
`people` (N numbers), where it has them; `--together K` takes each K rows in a row for one, such as
the K frames of one sequence; otherwise each face is its own. A difference is told with its standard
error and the middle 95 % of the draws.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.accuracy import crops
from bench.readers import embedded
from bench.scores import Judgement
from functions.reader.classifier import MODEL

FIGURES = ("accuracy", "macro_f1", "calibration_error")

Draws = npt.NDArray[np.float64]
People = npt.NDArray[np.int64]


def people(file: Path, faces: int, together: int) -> People:
    """The person of each face, N numbers from 0 on.

    They are the archive's `people`; without these, each `together` rows in a row are one person.
    """
    with np.load(file) as archive:
        given = archive["people"] if "people" in archive else np.arange(faces) // together
    return np.asarray(np.unique(given, return_inverse=True)[1], np.int64)


def figures(judgement: Judgement) -> Draws:
    """The values of `FIGURES`, in that order, float64."""
    return np.array([getattr(judgement, name) for name in FIGURES], np.float64)


def drawn(one: Judgement, other: Judgement, whose: People, draws: int) -> tuple[Draws, Draws]:
    """Bootstrap samples of both classifiers' figures, two arrays of draws × `FIGURES`.

    Each draw takes as many people as there are, with replacement, and the same for both.

    Args:
        one: the first classifier's scores and labels.
        other: the second one's, of the same faces.
        whose: the person of each face, as `people` gives it.
        draws: how many samples.
    """
    random = np.random.default_rng(1)
    rows = [np.flatnonzero(whose == person) for person in range(whose.max() + 1)]
    told: tuple[list[Draws], list[Draws]] = ([], [])
    for _ in range(draws):
        picked = np.concatenate(
            [rows[person] for person in random.integers(len(rows), size=len(rows))]
        )
        for judgement, values in zip((one, other), told, strict=True):
            part = Judgement(judgement.scores[picked], judgement.labels[picked])
            values.append(figures(part))
    return np.stack(told[0]), np.stack(told[1])


def compare(
    one: Judgement, other: Judgement, whose: People, draws: int
) -> dict[str, dict[str, list[float]]]:
    """For each of `FIGURES`: both values with standard errors, and their difference's.

    `one` and `other` are value and standard error; `difference` is value, standard error, and the
    ends of the middle 95 %.
    """
    ones, others = drawn(one, other, whose, draws)
    low, high = np.percentile(ones - others, [2.5, 97.5], axis=0)
    values = figures(one), figures(other)
    return {
        name: {
            "one": [values[0][at], ones[:, at].std()],
            "other": [values[1][at], others[:, at].std()],
            "difference": [
                values[0][at] - values[1][at],
                (ones - others)[:, at].std(),
                low[at],
                high[at],
            ],
        }
        for at, name in enumerate(FIGURES)
    }


def judge(model: Path, file: Path) -> Judgement:
    """The scores of the classifier at `model` for each face of the archive `file`, and the labels.

    Raises:
        SystemExit: as for `bench.accuracy.crops`.
        SidecarError: the sidecar does not describe the model.
    """
    reader, faces = embedded.create(model), crops(file, None)
    scores = np.stack([reader.crop(face) for face, _ in faces])
    return Judgement(scores, np.array([label for _, label in faces]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.chance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, required=True, metavar="FILE.npz", help="cropped faces"
    )
    parser.add_argument("--model", type=Path, default=MODEL, help="one; the shipped one if absent")
    parser.add_argument("--against", type=Path, required=True, help="the other")
    parser.add_argument("--together", type=int, default=1, help="rows of one person in a row")
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    one, other = (judge(model, arguments.data) for model in (arguments.model, arguments.against))
    whose = people(arguments.data, len(one.labels), arguments.together)
    told = compare(one, other, whose, arguments.draws)
    if arguments.json:
        print(json.dumps(told))
        return
    print(f"{len(whose)} faces in {whose.max() + 1} groups, {arguments.draws} draws")
    for name, row in told.items():
        (a, a_error), (b, b_error) = row["one"], row["other"]
        gap, error, low, high = row["difference"]
        print(
            f"{name:18} {a:.4f} ± {a_error:.4f}  against {b:.4f} ± {b_error:.4f}"
            f"  difference {gap:+.4f} ± {error:.4f} (95 % {low:+.4f} to {high:+.4f})"
        )


if __name__ == "__main__":
    main()
