"""The recipes: what a run of training does, and how often it sees each expression."""

from __future__ import annotations

from dataclasses import dataclass, replace

from training.network import DEEPER, SECOND, Layout


@dataclass(frozen=True)
class Recipe:
    """What a run does; every number a reader might want to change."""

    epochs: int = 24
    minutes: float | None = None
    seed: int = 1
    batch: int = 128
    rate: float = 0.1
    weight_decay: float = 5e-4
    layout: Layout = SECOND
    """Of a network from random weights."""
    average: float = 0.998
    """Decay per step of the exponential moving average that is evaluated and exported."""
    teacher_share: float = 0.4
    """Part of each target that comes from the teachers, the rest from the votes."""
    teacher_from: int = 24
    """The epoch, counted from 0, with which the teachers begin."""
    frozen: int = 2
    """Blocks after the stem that keep their start's weights, as the stem does."""
    fer2013_share: float = 0.3
    """Weight of the second head's loss, on the older FER2013 label."""
    mixup_chance: float = 0.2
    mixup_alpha: float = 0.3
    smoothing: float = 0.0
    """Part of each target that is spread evenly over all expressions."""
    strength: float = 1.0
    """Of the augmentation."""
    resampled: bool = True
    """Whether rare expressions are seen more often (`SAMPLING`), else each face once an epoch."""
    milder_from: float = 1.0
    """Share of the run after which an epoch goes by `milder`."""
    calm: float = 0.9
    """Share of the run after which mixup stops and augmentation is milder by a fifth."""
    bfloat16: bool = False
    """Convolutions in bfloat16: less than half the time on a processor with AVX512-BF16, ten times
    as long on one without."""

    def milder(self) -> Recipe:
        """How such a run ends: each face once an epoch, little augmentation, soft targets.

        Strangers' faces need it; for the whole run it learns less (NOTES.md).
        """
        return replace(
            self,
            average=0.999,
            mixup_chance=0.4,
            smoothing=0.03,
            strength=0.4,
            resampled=False,
        )


RECIPES = {
    "second": Recipe(),
    "deeper": Recipe(layout=DEEPER, epochs=50, teacher_share=0.0, milder_from=0.6),
}
"""By name; what `--epochs`, `--rate` and the like say counts instead."""

SAMPLING = {
    "anger": 1.1,
    "contempt": 4.0,
    "disgust": 6.0,
    "fear": 3.0,
    "happiness": 0.6,
    "neutral": 0.6,
    "sadness": 1.1,
    "surprise": 1.0,
}
"""How often a face with this majority label is seen in an epoch, on average."""
