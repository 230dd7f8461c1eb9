"""Measure exported classifiers on the validation part.

`python -m training.evaluate --data FILE.npz --model A.onnx --model B.onnx` prints, for each
model, accuracy, macro-F1, recall by class, calibration, the price of an *unsure* threshold, the
robustness table and the time per face; `--json` prints the same as JSON. Every perturbation is
drawn from a fixed seed, so all models see the same faces.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from functions.reader.classifier import ExpressionClassifier
from training import augment
from training.augment import Face, Random
from training.data import FER2013_LABELS, LABELS, Faces, Floats, Ints, load

THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)
_TO_SEVEN = [LABELS.index(label) for label in FER2013_LABELS]


def _dark(face: Face, random: Random) -> Face:
    return np.round(face * np.float32(0.15) + random.normal(0, 2, face.shape)).astype(np.float32)


def _covered(face: Face, random: Random) -> Face:
    covered = face.copy()
    covered[24:] = random.uniform(0, 255)
    return covered


def _shift(face: Face, random: Random) -> Face:
    right, down = (5.0 * float(sign) for sign in random.choice([-1.0, 1.0], 2))
    return augment.warp(face, move=(right, down))


def _fixed(change: Callable[[Face], npt.NDArray[np.float32]]) -> Callable[[Face, Random], Face]:
    """A change that draws nothing."""

    def step(face: Face, _: Random) -> Face:
        return change(face)

    return step


PERTURBATIONS: dict[str, Callable[[Face, Random], Face]] = {
    "clean": _fixed(lambda face: face),
    "mirrored": _fixed(lambda face: face[:, ::-1]),
    "blur, 1.5 px": _fixed(lambda face: np.asarray(cv2.GaussianBlur(face, (0, 0), 1.5), "f4")),
    "dark, 15 % light": _dark,
    "JPEG 30": _fixed(lambda face: augment.jpeg(face, 30)),
    "20 px face": _fixed(lambda face: augment.resample(face, 20, cv2.INTER_AREA, cv2.INTER_LINEAR)),
    "tilt +20°": _fixed(lambda face: augment.warp(face, degrees=20)),
    "tilt -20°": _fixed(lambda face: augment.warp(face, degrees=-20)),
    "5 px off centre": _shift,
    "25 % closer": _fixed(lambda face: augment.warp(face, scale=1.25)),
    "20 % wider": _fixed(lambda face: augment.warp(face, scale=0.8)),
    "lower half covered": _covered,
    "drawn mask": augment.mask,
    "drawn glasses": augment.glasses,
}
"""Name to change of one 48×48 face, 0..255."""


def perturb(faces: Faces, name: str) -> Floats:
    """All faces under the named perturbation, N×1×48×48 float32 whole grey levels."""
    random = np.random.default_rng(sum(name.encode()))
    step = PERTURBATIONS[name]
    views = np.stack([step(face.astype(np.float32), random) for face in faces.images])
    whole: Floats = np.clip(np.round(views), 0, 255).astype(np.float32)[:, None]
    return whole


def scores(classifier: ExpressionClassifier, inputs: Floats) -> Floats:
    """The product's scores, N×8, of faces N×1×48×48 (0..255), rounded to whole levels first."""
    crops = np.clip(np.round(inputs[:, 0]), 0, 255).astype(np.uint8)
    parts = [classifier.scores(crops[start : start + 64]) for start in range(0, len(crops), 64)]
    return np.concatenate(parts)


def confusion(labels: Ints, guesses: Ints, classes: int = len(LABELS)) -> npt.NDArray[np.int64]:
    """Counts, classes × classes: true class by row, guessed class by column.

    Args:
        labels: N true classes, 0 to `classes` - 1.
        guesses: N guessed classes.
        classes: how many there are.
    """
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (labels, guesses), 1)
    return table


def macro_f1(table: npt.NDArray[np.int64]) -> float:
    """The mean over classes of 2·TP / (2·TP + FP + FN), from counts as `confusion` gives them."""
    right = table.diagonal()
    return float(np.mean(2 * right / np.maximum(table.sum(0) + table.sum(1), 1)))


def calibration_error(probabilities: Floats, labels: Ints, bins: int = 15) -> float:
    """Expected calibration error of the top score, equal-width bins.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3.
    """
    top = probabilities.max(1)
    right = probabilities.argmax(1) == labels
    place = np.minimum((top * bins).astype(np.int64), bins - 1)
    weight = np.bincount(place, minlength=bins) / len(top)
    count = np.maximum(np.bincount(place, minlength=bins), 1)
    stated = np.bincount(place, top, bins) / count
    true = np.bincount(place, right, bins) / count
    return float((weight * np.abs(stated - true)).sum())


def older_recall(probabilities: Floats, fer2013: Ints) -> float:
    """Mean recall of the seven older FER2013 labels, contempt left out of the scores.

    Other people label by the expression that was searched for or acted rather than by ten votes;
    this stands in for such a set.
    """
    table = confusion(fer2013, probabilities[:, _TO_SEVEN].argmax(1), 7)
    return float(np.mean(table.diagonal() / np.maximum(table.sum(1), 1)))


def summary(probabilities: Floats, faces: Faces) -> dict[str, float]:
    """Accuracy, macro-F1, mean recall, calibration error and mean FER2013 recall, each 0 to 1.

    Args:
        probabilities: N×8, rows summing to 1.
        faces: the N faces with their labels.
    """
    table = confusion(faces.labels, probabilities.argmax(1))
    recall = table.diagonal() / np.maximum(table.sum(1), 1)
    return {
        "accuracy": float(table.trace() / table.sum()),
        "macro_f1": macro_f1(table),
        "mean_recall": float(recall.mean()),
        "calibration_error": calibration_error(probabilities, faces.labels),
        "fer2013_mean_recall": older_recall(probabilities, faces.fer2013),
    }


def coverage(probabilities: Floats, labels: Ints) -> list[dict[str, float]]:
    """For each threshold: the share of faces whose top score reaches it, and how many are right."""
    top, right = probabilities.max(1), probabilities.argmax(1) == labels
    rows = []
    for threshold in THRESHOLDS:
        sure = top >= threshold
        rows.append(
            {
                "threshold": threshold,
                "coverage": float(sure.mean()),
                "accuracy": float(right[sure].mean()) if sure.any() else float("nan"),
            }
        )
    return rows


def milliseconds(classifier: ExpressionClassifier, faces: Faces) -> dict[str, float]:
    """Median and 95th percentile (ms, by the clock) of scoring one face; over 300 faces."""
    times = []
    for face in faces.images[:300]:
        start = time.perf_counter()
        classifier.scores(face[None])
        times.append((time.perf_counter() - start) * 1000)
    return {"median": float(np.median(times)), "p95": float(np.percentile(times, 95))}


def measure(path: Path, faces: Faces) -> dict[str, Any]:
    """Everything this module knows to measure of the model at `path`."""
    classifier = ExpressionClassifier(path)
    clean = scores(classifier, perturb(faces, "clean"))
    table = confusion(faces.labels, clean.argmax(1))
    right = table.diagonal()
    return {
        "model": path.name,
        "bytes": path.stat().st_size,
        "faces": len(faces.labels),
        **summary(clean, faces),
        "recall": dict(zip(LABELS, (right / np.maximum(table.sum(1), 1)).tolist(), strict=True)),
        "precision": dict(zip(LABELS, (right / np.maximum(table.sum(0), 1)).tolist(), strict=True)),
        "confusion": table.tolist(),
        "coverage": coverage(clean, faces.labels),
        "robustness": {
            name: summary(scores(classifier, perturb(faces, name)), faces) for name in PERTURBATIONS
        },
        "milliseconds": milliseconds(classifier, faces),
    }


def show(result: dict[str, Any]) -> None:
    """Print one model's figures as Markdown tables."""
    print(f"\n## {result['model']}: {result['bytes']} bytes, {result['faces']} faces")
    print(
        f"accuracy {result['accuracy']:.4f}  macro-F1 {result['macro_f1']:.4f}  "
        f"calibration error {result['calibration_error']:.4f}"
    )
    print("ms per face " + "  ".join(f"{k} {v:.2f}" for k, v in result["milliseconds"].items()))
    print("\n| class | recall | precision |\n|---|---|---|")
    for label in LABELS:
        print(f"| {label} | {result['recall'][label]:.2f} | {result['precision'][label]:.2f} |")
    print("\n| unsure below | coverage | accuracy |\n|---|---|---|")
    for row in result["coverage"]:
        print(f"| {row['threshold']} | {row['coverage']:.3f} | {row['accuracy']:.3f} |")
    print("\n| faces | accuracy | macro-F1 | mean recall | ECE | FER2013 mean recall |")
    print("|---|---|---|---|---|---|")
    for name, row in result["robustness"].items():
        print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in row.values()) + " |")


def main() -> None:
    """Command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, action="append", required=True)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    faces = load(arguments.data, "val")
    results = [measure(path, faces) for path in arguments.model]
    if arguments.json:
        print(json.dumps(results, indent=1))
        return
    for result in results:
        show(result)


if __name__ == "__main__":
    main()
