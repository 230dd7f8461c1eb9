"""How good scores are: accuracy, F1, calibration, and what doubt costs and saves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from functions.contract import Expression

CALIBRATION_BINS = 15
THRESHOLDS = (0.0, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8)

Labels = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Judgement:
    """Scores (N × 8) against labels (N), both in the order of `Expression`."""

    scores: Scores
    labels: Labels

    @property
    def confusion(self) -> npt.NDArray[np.int64]:
        """8 × 8 counts: true label by row, likeliest expression by column."""
        table = np.zeros((len(Expression), len(Expression)), np.int64)
        np.add.at(table, (self.labels, self.scores.argmax(1)), 1)
        return table

    @property
    def accuracy(self) -> float:
        """The share whose likeliest expression is the label; NaN without faces."""
        table = self.confusion
        return float(table.trace() / table.sum()) if len(self.labels) else float("nan")

    @property
    def recall(self) -> dict[str, float | None]:
        """For each expression, the share of its faces that were read as it; None without faces."""
        table = self.confusion
        return _shares(table.diagonal(), table.sum(1))

    @property
    def precision(self) -> dict[str, float | None]:
        """For each expression, the share of its readings that are right; None without readings."""
        table = self.confusion
        return _shares(table.diagonal(), table.sum(0))

    @property
    def macro_f1(self) -> float:
        """Mean of 2·TP / (2·TP + FP + FN) over the expressions that have faces."""
        table = self.confusion
        there = table.sum(1) > 0
        f1 = 2 * table.diagonal() / np.maximum(table.sum(0) + table.sum(1), 1)
        return float(f1[there].mean()) if there.any() else float("nan")

    @property
    def calibration_error(self) -> float:
        """Expected calibration error of the top score, 15 bins of equal width.

        Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3.
        """
        top = self.scores.max(1)
        right = self.scores.argmax(1) == self.labels
        place = np.clip(np.ceil(top * CALIBRATION_BINS).astype(int) - 1, 0, CALIBRATION_BINS - 1)
        stated = np.bincount(place, top, CALIBRATION_BINS)
        true = np.bincount(place, right, CALIBRATION_BINS)
        return float(np.abs(stated - true).sum() / max(len(top), 1))

    def coverage(self, threshold: float) -> dict[str, float | None]:
        """The share of faces whose top score is `threshold` or more, and how many are right."""
        sure = self.scores.max(1) >= threshold
        right = self.scores.argmax(1) == self.labels
        return {
            "threshold": threshold,
            "coverage": round(float(sure.mean()), 4),
            "accuracy": round(float(right[sure].mean()), 4) if sure.any() else None,
        }

    def summary(self) -> dict[str, Any]:
        """The figures that are compared."""
        return {
            "accuracy": round(self.accuracy, 4),
            "macro_f1": round(self.macro_f1, 4),
            "calibration_error": round(self.calibration_error, 4),
        }


def _shares(part: Labels, whole: Labels) -> dict[str, float | None]:
    return {
        expression.value: round(float(a / b), 4) if b else None
        for expression, a, b in zip(Expression, part, whole, strict=True)
    }
