"""What is done to a network's logits before they are scores, and how that is chosen.

The network's logits are free of the training prior. The operating point is

    scores = softmax((logits + share · log(prior)) / temperature)

with the prior of the training labels; the share is chosen on validation faces, clean and
perturbed, or given. The temperature is fitted afterwards, at that share, on the clean validation
labels: not the one of minimum negative log-likelihood (Guo et al., ICML 2017), but the largest at
which the calibration error in 8 bits stays within 0.03, since on strangers' faces it is less often
right than sure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from functions.reader.crop import closer
from training.data import FER2013_LABELS, LABELS, Faces, Floats, Ints
from training.evaluate import calibration_error, confusion, macro_f1, older_recall, perturb
from training.network import ExpressionNetwork

CHOSEN_ON = ("clean", "tilt +20°", "20 px face", "25 % closer", "drawn mask")
"""Validation faces on which the share of the prior is chosen, each counting the same."""
MIRROR_BELOW, CLOSER = 0.8, 1.15
"""The second look, at the mirror image: below which top score, and how much closer."""
CALIBRATION_ERROR = 0.03
"""How wrong the stated confidence may be on validation; see `fit_temperature`."""
SHARES = tuple(np.round(np.arange(0, 1.01, 0.05), 2).tolist())


@dataclass(frozen=True)
class OperatingPoint:
    """share of the log prior added back, temperature, part of the FER2013 head mixed in."""

    share: float
    temperature: float
    fer2013: float


def mixed_head(network: ExpressionNetwork, share: float) -> tuple[Tensor, Tensor]:
    """Last layer with `share` of the FER2013 head's evidence added, 8×256 and 8.

    That head knows no contempt; its mean stands in.
    """
    weight, bias = network.expression.weight.detach(), network.expression.bias.detach()
    older_weight = network.fer2013.weight.detach() - network.fer2013.weight.detach().mean(0)
    older_bias = network.fer2013.bias.detach() - network.fer2013.bias.detach().mean()
    weight, bias = weight.clone(), bias.clone()
    for row, label in enumerate(FER2013_LABELS):
        weight[LABELS.index(label)] += share * older_weight[row]
        bias[LABELS.index(label)] += share * older_bias[row]
    return weight, bias


def features(network: ExpressionNetwork, inputs: Floats) -> Tensor:
    """Features N×256 of faces N×1×48×48."""
    with torch.no_grad():
        return torch.cat(
            [network.features(part) for part in torch.split(torch.from_numpy(inputs), 256)]
        )


def mixed(logits: list[Tensor], parts: list[float], temperature: float) -> Tensor:
    """The mean of several networks' scores N×8, weighted by `parts`."""
    scores = [
        part * torch.softmax(each / temperature, 1)
        for each, part in zip(logits, parts, strict=True)
    ]
    return torch.stack(scores).sum(0)


def fit_temperature(
    looks: tuple[list[Tensor], list[Tensor]], parts: list[float], labels: Ints
) -> float:
    """The largest temperature, from 0.5 to 1.5, with a calibration error of at most 0.03.

    `looks` are each network's logits (N×8) of the first and of the second look, whose scores
    count the same where the first leaves doubt. Where no temperature has so small an error, the one
    of the least.
    """
    errors = {}
    for value in np.arange(0.5, 1.5, 0.01):
        scores, closer = (mixed(logits, parts, float(value)) for logits in looks)
        doubtful = scores.max(1).values < MIRROR_BELOW
        scores[doubtful] = (scores[doubtful] + closer[doubtful]) / 2
        errors[float(value)] = calibration_error(scores.numpy(), labels)
    within = [value for value, error in errors.items() if error <= CALIBRATION_ERROR]
    return max(within) if within else min(errors, key=lambda value: errors[value])


def choose(
    network: ExpressionNetwork, faces: Faces, natural: Floats, older: float, share: float | None
) -> OperatingPoint:
    """The operating point with the best mean of accuracy and macro-F1, with temperature 1.

    Args:
        network: the trained network.
        faces: the validation part.
        natural: the training prior, 8 shares.
        older: share of the FER2013 head, 0 to 1.
        share: of the log prior added back; None tries each of `SHARES`.
    """
    weight, bias = mixed_head(network, older)
    offset = torch.from_numpy(np.log(natural))
    sets = {
        name: features(network, perturb(faces, name)) @ weight.T + bias
        for name in (CHOSEN_ON if share is None else ("clean",))
    }
    print("share  " + "  ".join(f"{name:>16}" for name in sets))
    best, chosen = -1.0, 0.0
    for candidate in SHARES if share is None else (share,):
        figures, row = [], []
        for logits in sets.values():
            table = confusion(faces.labels, (logits + candidate * offset).argmax(1).numpy())
            accuracy, f1 = table.trace() / table.sum(), macro_f1(table)
            recall = np.mean(table.diagonal() / table.sum(1))
            figures.append((accuracy + f1) / 2)
            row.append(f"{accuracy:.3f}/{f1:.3f}/{recall:.3f}")
        print(f"{candidate:5.2f}  " + "  ".join(f"{text:>17}" for text in row))
        if np.mean(figures) > best:
            best, chosen = float(np.mean(figures)), float(candidate)
    return OperatingPoint(chosen, 1.0, older)


def with_temperature(
    networks: list[ExpressionNetwork],
    points: list[OperatingPoint],
    parts: list[float],
    faces: Faces,
    natural: Floats,
) -> list[OperatingPoint]:
    """The operating points with the one temperature that calibrates what they say together."""
    offset = torch.from_numpy(np.log(natural))
    second = closer(np.ascontiguousarray(faces.images[:, :, ::-1]), CLOSER)
    looks: list[list[Tensor]] = []
    for images in (faces.images, second):
        looks.append([])
        for network, point in zip(networks, points, strict=True):
            weight, bias = mixed_head(network, point.fer2013)
            logits = features(network, images[:, None].astype(np.float32)) @ weight.T + bias
            looks[-1].append(logits + point.share * offset)
    temperature = fit_temperature((looks[0], looks[1]), parts, faces.labels)
    scores = mixed(looks[0], parts, temperature).numpy()
    print(
        f"temperature {temperature:.3f}, one look: ECE "
        f"{calibration_error(scores, faces.labels):.4f} "
        f"FER2013 mean recall {older_recall(scores, faces.fer2013):.4f}"
    )
    return [replace(point, temperature=temperature) for point in points]
