"""Turn a checkpoint into the product's classifier: operating point, ONNX, sidecar, checks.

``python -m training.export --data FILE.npz --checkpoint average.pt --out FOLDER`` writes
``expression.onnx`` and ``expression.json``. Several checkpoints are averaged (Izmailov et al.,
"Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018).

The network's logits are free of the training prior. The operating point is

    scores = softmax((logits + share · log(prior)) / temperature)

with the prior of the training labels; the share is chosen on validation faces, clean and
perturbed, and the temperature is fitted afterwards, at that share, by minimum negative
log-likelihood on the clean validation labels (Guo et al., ICML 2017). Both end up in the last
layer's weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import warnings
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import torch
from onnxruntime.quantization import (  # type: ignore[import-untyped]
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import (  # type: ignore[import-untyped]
    quant_pre_process,
)
from torch import Tensor, nn

from training.data import FACE_SIZE, FER2013_LABELS, LABELS, Faces, Floats, Ints, load, prior
from training.evaluate import calibration_error, confusion, macro_f1, older_recall, perturb
from training.network import ExpressionNetwork
from training.train import batch_views

CHOSEN_ON = ("clean", "tilt +20°", "20 px face", "25 % closer", "drawn mask")
"""Validation faces on which the share of the prior is chosen, each counting the same."""
SHARES = tuple(np.round(np.arange(0, 1.01, 0.05), 2).tolist())


@dataclass(frozen=True)
class OperatingPoint:
    """share of the log prior added back, temperature, part of the FER2013 head mixed in."""

    share: float
    temperature: float
    fer2013: float


class Reader(nn.Module):
    """What is exported: face N×1×48×48 to ``scores`` and ``logits`` (before the softmax)."""

    def __init__(self, network: ExpressionNetwork, point: OperatingPoint, natural: Floats) -> None:
        super().__init__()
        self.network = network
        self.last = nn.Linear(256, len(LABELS))
        weight, bias = mixed_head(network, point.fer2013)
        with torch.no_grad():
            self.last.weight.copy_(weight / point.temperature)
            offset = point.share * torch.from_numpy(np.log(natural))
            self.last.bias.copy_((bias + offset) / point.temperature)
        self.eval()

    def forward(self, face: Tensor) -> tuple[Tensor, Tensor]:
        """Scores N×8 and logits N×8."""
        logits = self.last(self.network.features(face))
        return torch.softmax(logits, 1), logits


def mixed_head(network: ExpressionNetwork, share: float) -> tuple[Tensor, Tensor]:
    """Last layer with ``share`` of the FER2013 head's evidence added, 8×256 and 8.

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


def read_checkpoints(paths: list[Path]) -> ExpressionNetwork:
    """The network with the mean of the checkpoints' weights and statistics."""
    states = [torch.load(path, weights_only=True) for path in paths]
    states = [state.get("average", state) for state in states]
    network = ExpressionNetwork()
    mean = {
        name: torch.stack([state[name].float() for state in states]).mean(0).to(value.dtype)
        for name, value in states[0].items()
    }
    network.load_state_dict(mean)
    return network.eval()


def features(network: ExpressionNetwork, inputs: Floats) -> Tensor:
    """Features N×256 of faces N×1×48×48."""
    with torch.no_grad():
        return torch.cat(
            [network.features(part) for part in torch.split(torch.from_numpy(inputs), 256)]
        )


def fit_temperature(logits: Tensor, labels: Ints) -> float:
    """Temperature of least negative log-likelihood, by golden grid from 0.3 to 3."""
    target = torch.from_numpy(labels)
    grid = np.exp(np.linspace(np.log(0.3), np.log(3), 200))
    losses = [float(nn.functional.cross_entropy(logits / value, target)) for value in grid]
    return float(grid[int(np.argmin(losses))])


def choose(
    network: ExpressionNetwork, faces: Faces, natural: Floats, older: float, share: float | None
) -> OperatingPoint:
    """The share with the best mean of accuracy and macro-F1, then the temperature."""
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
    logits = sets["clean"] + chosen * offset
    temperature = fit_temperature(logits, faces.labels)
    scores = torch.softmax(logits / temperature, 1).numpy()
    print(
        f"share {chosen} temperature {temperature:.3f} "
        f"ECE {calibration_error(scores, faces.labels):.4f} "
        f"FER2013 mean recall {older_recall(scores, faces.fer2013):.4f}"
    )
    return OperatingPoint(chosen, temperature, older)


def write_onnx(reader: Reader, path: Path, faces: Faces) -> None:
    """Export with batch normalisation folded and the convolutions in 8 bits.

    Static quantisation (Jacob et al., "Quantization and Training of Neural Networks for Efficient
    Integer-Arithmetic-Only Inference", CVPR 2018), a scale for each filter, the ranges of the
    activations measured on augmented views of ``faces``. The first convolution stays as it is: it
    costs little, and all others build on it. Weights use 7 of their 8 bits: a processor
    without VNNI adds two products in 16 bits, which would overflow.
    """
    example = torch.zeros(2, 1, FACE_SIZE, FACE_SIZE)
    names = ["face", "scores", "logits"]
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        exact, prepared = Path(folder) / "exact.onnx", Path(folder) / "prepared.onnx"
        torch.onnx.export(
            reader,
            (example,),
            str(exact),
            input_names=names[:1],
            output_names=names[1:],
            dynamic_axes={name: {0: "faces"} for name in names},
            opset_version=17,
            dynamo=False,
        )
        quant_pre_process(exact, prepared)
        nodes = onnx.load(str(prepared)).graph.node
        quantize_static(
            prepared,
            path,
            Views(faces),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=[next(node.name for node in nodes if node.op_type == "Conv")],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    model = onnx.load(str(path))
    model.producer_name = "training.export"
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


class Views(CalibrationDataReader):  # type: ignore[misc]
    """Augmented views of 512 faces, for the ranges of the activations."""

    def __init__(self, faces: Faces) -> None:
        rows = np.random.default_rng(1).choice(len(faces.images), 512, replace=False)
        self._batches = iter(
            batch_views(faces, part, [1, number], 1.0).contiguous().numpy()
            for number, part in enumerate(np.split(rows, 8))
        )

    def get_next(self) -> dict[str, Floats] | None:
        """The next 64 views, or None at the end."""
        batch = next(self._batches, None)
        return None if batch is None else {"face": batch}


def check(reader: Reader, path: Path, faces: Faces) -> None:
    """Raise unless 8 bits say what 32 bits say: accuracy, and the scores on average."""
    inputs = faces.images[:, None].astype(np.float32)
    with torch.no_grad():
        parts = torch.split(torch.from_numpy(inputs), 256)
        wanted = torch.cat([reader(part)[0] for part in parts]).numpy()
    session = onnxruntime.InferenceSession(str(path))
    told = np.concatenate(
        [
            session.run(["scores"], {"face": inputs[i : i + 64]})[0]
            for i in range(0, len(inputs), 64)
        ]
    )
    exact, coarse = (float((scores.argmax(1) == faces.labels).mean()) for scores in (wanted, told))
    gap = float(np.abs(told - wanted).mean())
    print(
        f"accuracy {exact:.4f} in 32 bits, {coarse:.4f} in 8; mean difference of a score {gap:.4f}"
    )
    if exact - coarse > 0.004 or gap > 0.01:
        raise SystemExit("8-bit weights change the scores too much")


def write_sidecar(
    path: Path,
    point: OperatingPoint,
    natural: Floats,
    *,
    mirror_below: float,
    unsure_below: float,
) -> None:
    """``expression.json``: what a runtime must know to use the model beside it."""
    sidecar = {
        "labels": list(LABELS),
        "input": {
            "name": "face",
            "size": FACE_SIZE,
            "channels": 1,
            "normalisation": "inside the graph; give grey 0..255 as float32, N×1×48×48",
        },
        "output": "scores",
        "operating_point": {
            "formula": "softmax((logits + prior_share * log(prior)) / temperature), in the graph",
            "prior_share": point.share,
            "prior": [round(float(value), 5) for value in natural],
            "temperature": round(point.temperature, 4),
            "fer2013_share": point.fer2013,
        },
        "mirror_below": mirror_below,
        "unsure_below": unsure_below,
        "trained": datetime.now(UTC).date().isoformat(),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    text = json.dumps(sidecar, indent=2, ensure_ascii=False) + "\n"
    path.with_suffix(".json").write_text(text, encoding="utf-8")


def main() -> None:
    """Command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--share", type=float, help="of the prior; chosen on validation if absent")
    parser.add_argument("--fer2013", type=float, default=0.0, help="part of the second head")
    parser.add_argument("--mirror-below", type=float, default=0.8)
    parser.add_argument("--unsure-below", type=float, default=0.4)
    arguments = parser.parse_args()
    faces, train = load(arguments.data, "val"), load(arguments.data, "train")
    natural = prior(train)
    network = read_checkpoints(arguments.checkpoint)
    point = choose(network, faces, natural, arguments.fer2013, arguments.share)
    print(asdict(point))
    reader = Reader(network, point, natural)
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / "expression.onnx"
    write_onnx(reader, path, train)
    check(reader, path, faces)
    write_sidecar(
        path,
        point,
        natural,
        mirror_below=arguments.mirror_below,
        unsure_below=arguments.unsure_below,
    )
    print(f"{path} {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
