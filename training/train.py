"""Train the classifier: `python -m training.train --data FILE.npz --out DIR --seed 1`.

Resumes from `DIR/checkpoint.pt` whenever it exists (written every three minutes and after each
epoch, replaced atomically), with the same order of faces and the same augmentation as a run that
was never cut off. `--start MODEL.onnx` begins from an exported classifier, which also serves as
teacher; without it training starts from random weights and will want many more epochs.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.augment import augment
from training.data import FACE_SIZE, FER2013_LABELS, LABELS, Faces, Floats, Ints, load, prior
from training.evaluate import confusion, macro_f1
from training.network import BASELINE, ExpressionNetwork, start_from
from training.recipe import RECIPES, SAMPLING, Recipe
from training.teacher import teacher_distribution

SAVE_EVERY = 180.0
"""Seconds between checkpoints."""
LONGEST_STEP = 20.0
"""A step that seems to take longer (seconds) was stopped from outside; the rest is not counted."""


def sampling_weights(faces: Faces, resampled: bool = True) -> Floats:
    """How often each face is seen in an epoch on average: N float32; 0.5 without a label."""
    weights = np.array([SAMPLING[label] if resampled else 1.0 for label in LABELS], np.float32)
    return np.where(faces.rated, weights[faces.labels], 0.5).astype(np.float32)


def epoch_order(weights: Floats, seed: int, epoch: int) -> Ints:
    """The faces of one epoch: shuffled indices, int64.

    Systematic sampling: a face of weight w is taken ⌊w + u⌋ times, with u uniform in [0, 1).

    Args:
        weights: N, from `sampling_weights`.
        seed: the run's.
        epoch: its number; seed and epoch repeat the order exactly.
    """
    random = np.random.default_rng([seed, epoch])
    times = np.floor(weights + random.random(len(weights))).astype(np.int64)
    order: Ints = np.repeat(np.arange(len(weights)), times)
    random.shuffle(order)
    return order


def batch_views(faces: Faces, rows: Ints, key: list[int], strength: float) -> Tensor:
    """Augmented views of `rows`, B×1×48×48 float32 channels-last."""
    random = np.random.default_rng(key)
    views = np.stack([augment(faces.images[row], random, strength) for row in rows])
    batch = torch.from_numpy(views)[:, None]
    return batch.contiguous(memory_format=torch.channels_last)


class Trainer:
    """One run: network, average, optimiser, and where it stands."""

    def __init__(
        self, recipe: Recipe, data: Path, out: Path, start: Path | None, teachers: list[Path]
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.out = out
        out.mkdir(parents=True, exist_ok=True)
        self.train, self.val = load(data, "train"), load(data, "val")
        self.older = functional.one_hot(
            torch.from_numpy(self.train.fer2013), len(FER2013_LABELS)
        ).float()
        self.teacher: Floats | None = None
        if teachers and recipe.teacher_share > 0:
            self.teacher = teacher_distribution(teachers, self.train, out / "teacher.npy")
        self.milder = False
        self.go_by(recipe)

        self.network = ExpressionNetwork(BASELINE if start else recipe.layout)
        if start is not None:
            rows = np.random.default_rng(recipe.seed).choice(len(self.train.images), 768)
            start_from(self.network, start, batch_views(self.train, rows, [recipe.seed], 1.0))
            natural = torch.from_numpy(prior(self.train)).log()
            with torch.no_grad():
                self.network.expression.bias.add_(0.7 * natural - self.log_prior)
            self.network.freeze(recipe.frozen)
        for module in self.network.convolutions():
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).eval()
        learning = [p for p in self.network.parameters() if p.requires_grad]
        decayed = [p for p in learning if p.ndim > 1]
        plain = [p for p in learning if p.ndim <= 1]
        groups: list[dict[str, Any]] = [
            {"params": decayed, "weight_decay": recipe.weight_decay},
            {"params": plain},
        ]
        self.optimiser = torch.optim.SGD(
            groups,
            lr=recipe.rate,
            momentum=0.9,
            nesterov=True,
        )
        self.epoch = self.step = self.total = 0
        self.active = 0.0

    def go_by(self, recipe: Recipe) -> None:
        """See the faces as often, and with the targets, as `recipe` says from now on."""
        self.recipe = recipe
        self.weights = sampling_weights(self.train, recipe.resampled)
        votes = torch.from_numpy(self.train.votes)
        share = torch.from_numpy(self.weights / self.weights.sum())[:, None]
        self.log_prior = (share * votes).sum(0).log()
        self.log_older_prior = (share * self.older).sum(0).log()
        taught = votes
        if self.teacher is not None:
            taught = torch.lerp(votes, torch.from_numpy(self.teacher), recipe.teacher_share)
        self.votes, self.taught = (
            targets * (1 - recipe.smoothing) + recipe.smoothing / len(LABELS)
            for targets in (votes, taught)
        )

    def turn_milder(self) -> None:
        """Go by the milder recipe for the rest of the run."""
        self.milder = True
        self.go_by(self.recipe.milder())

    @property
    def checkpoint(self) -> Path:
        """Where the run's state is kept."""
        return self.out / "checkpoint.pt"

    def save(self) -> None:
        """Replace the checkpoint; a kill in the middle leaves the old one."""
        partial = self.checkpoint.with_suffix(".partial")
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "epoch": self.epoch,
            "step": self.step,
            "total": self.total,
            "active": self.active,
            "milder": self.milder,
            "torch": torch.get_rng_state(),
        }
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one."""
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.step, self.total = state["epoch"], state["step"], state["total"]
        self.active = state["active"]
        if state["milder"]:
            self.turn_milder()
        torch.set_rng_state(state["torch"])
        print(f"resumed at epoch {self.epoch}, step {self.step}", flush=True)

    def progress(self) -> float:
        """Share of the run done, 0..1, by epochs or by minutes, whichever is further."""
        per_epoch = float(self.weights.sum()) / self.recipe.batch
        done = (self.epoch + self.step / per_epoch) / self.recipe.epochs
        if self.recipe.minutes is not None:
            done = max(done, self.active / 60 / self.recipe.minutes)
        return min(done, 1.0)

    def rate(self) -> float:
        """Cosine from the peak to zero after a warm-up of 100 steps."""
        warm = min(1.0, (self.total + 1) / 100)
        return self.recipe.rate * warm * 0.5 * (1 + math.cos(math.pi * self.progress()))

    def batches(self) -> Iterator[tuple[Ints, Tensor]]:
        """The rest of this epoch, views made one batch ahead in a thread."""
        order = epoch_order(self.weights, self.recipe.seed, self.epoch)
        size = self.recipe.batch
        with ThreadPoolExecutor(1) as pool:
            waiting: list[tuple[Ints, Future[Tensor]]] = []
            for number in range(self.step, len(order) // size):
                rows = order[number * size : (number + 1) * size]
                key = [self.recipe.seed, self.epoch, number]
                strength = self.recipe.strength * (
                    1.0 if self.progress() < self.recipe.calm else 0.8
                )
                waiting.append((rows, pool.submit(batch_views, self.train, rows, key, strength)))
                if len(waiting) > 2:
                    first, views = waiting.pop(0)
                    yield first, views.result()
            for first, views in waiting:
                yield first, views.result()

    def learn(self, rows: Ints, views: Tensor) -> float:
        """One step; returns the loss."""
        recipe = self.recipe
        index = torch.from_numpy(rows)
        targets = self.taught if self.epoch >= recipe.teacher_from else self.votes
        targets, older = targets[index], self.older[index]
        random = np.random.default_rng([recipe.seed, self.epoch, self.step, 1])
        if self.progress() < recipe.calm and random.random() < recipe.mixup_chance:
            share = float(random.beta(recipe.mixup_alpha, recipe.mixup_alpha))
            views = share * views + (1 - share) * views.flip(0)
            targets = share * targets + (1 - share) * targets.flip(0)
            older = share * older + (1 - share) * older.flip(0)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bfloat16):
            expression, fer2013 = self.network(views)
        loss = functional.cross_entropy(expression.float() + self.log_prior, targets)
        second = functional.cross_entropy(fer2013.float() + self.log_older_prior, older)
        total = loss + recipe.fer2013_share * second
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        decay = min(recipe.average, (1 + self.total) / (10 + self.total))
        with torch.no_grad():
            mine, theirs = self.average.state_dict(), self.network.state_dict()
            for name, value in mine.items():
                if value.is_floating_point():
                    value.lerp_(theirs[name], 1 - decay)
        return float(loss.detach())

    def run(self) -> None:
        """Train to the end, with a line of figures after each epoch."""
        if self.total == 0:
            torch.save(self.average.state_dict(), self.out / "start.pt")
        saved = time.monotonic()
        while self.epoch < self.recipe.epochs and self.progress() < 1:
            if self.step == 0 and not self.milder and self.progress() >= self.recipe.milder_from:
                self.turn_milder()
            losses: list[float] = []
            self.network.train()
            before = time.monotonic()
            for rows, views in self.batches():
                losses.append(self.learn(rows, views))
                now = time.monotonic()
                self.active += min(now - before, LONGEST_STEP)
                before = now
                self.step += 1
                self.total += 1
                if now - saved > SAVE_EVERY:
                    self.save()
                    saved = now
                if self.progress() >= 1:
                    break
            self.epoch, self.step = self.epoch + 1, 0
            self.save()
            torch.save(self.average.state_dict(), self.out / f"average-{self.epoch:03}.pt")
            print(
                f"epoch {self.epoch} progress {self.progress():.2f} loss {np.mean(losses):.3f} "
                f"minutes {self.active / 60:.1f} {self.validate()}",
                flush=True,
            )

    def validate(self) -> str:
        """Accuracy and macro-F1 of the average on validation, by share of the prior added back."""
        faces = torch.from_numpy(self.val.images).float()[:, None]
        with torch.no_grad():
            logits = torch.cat([self.average(part)[0] for part in torch.split(faces, 256)])
        natural = torch.from_numpy(prior(self.train)).log()
        found = []
        for share in (0.0, 0.3, 0.6, 0.9):
            guess = (logits + share * natural).argmax(1).numpy()
            table = confusion(self.val.labels, guess)
            found.append(f"t={share} {table.trace() / table.sum():.4f}/{macro_f1(table):.4f}")
        return "  ".join(found)


def main() -> None:
    """Command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="FER+ archive (.npz)")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--start", type=Path, help="exported classifier to begin from")
    parser.add_argument("--recipe", choices=RECIPES, default="second")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--minutes", type=float, help="stop after this much time, learning rate 0")
    parser.add_argument("--rate", type=float, help="peak learning rate")
    parser.add_argument("--frozen", type=int, help="blocks of the start that stay as they are")
    parser.add_argument("--bfloat16", action="store_true", help="for AVX512-BF16 alone")
    parser.add_argument(
        "--teacher",
        type=Path,
        nargs="*",
        default=[],
        help="more exported classifiers to learn from",
    )
    arguments = parser.parse_args()
    said = {
        name: getattr(arguments, name)
        for name in ("seed", "epochs", "minutes", "rate", "frozen", "bfloat16")
        if getattr(arguments, name) is not None
    }
    recipe = replace(RECIPES[arguments.recipe], **said)
    trainer = Trainer(recipe, arguments.data, arguments.out, arguments.start, arguments.teacher)
    trainer.resume()
    if trainer.total == 0:
        print(f"start {FACE_SIZE} px {trainer.validate()}", flush=True)
    trainer.run()


if __name__ == "__main__":
    main()
