"""Turn a checkpoint into the product's classifier: operating point, ONNX, sidecar, checks.

`python -m training.export --data FILE.npz --checkpoint average.pt --out FOLDER` writes
`expression.onnx` and `expression.json`. Several checkpoints are averaged (Izmailov et al.,
"Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018).

With `--parts` the checkpoints count by these weights: a run's `start.pt` and its last average
give the way between them.

The share of the prior and the temperature (`operating_point.py`) are chosen on validation faces
unless they are given. They end up in the last layer's weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import warnings
from dataclasses import asdict, replace
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

from training.data import FACE_SIZE, LABELS, Faces, Floats, load, prior
from training.network import BASELINE, ExpressionNetwork, Layout, start_from
from training.operating_point import (
    CLOSER,
    MIRROR_BELOW,
    OperatingPoint,
    choose,
    mixed_head,
    with_temperature,
)
from training.recipe import RECIPES
from training.train import batch_views


class Reader(nn.Module):
    """What is exported: face N×1×48×48 to `scores` and `logits` (before the softmax)."""

    def __init__(self, network: ExpressionNetwork, point: OperatingPoint, natural: Floats) -> None:
        super().__init__()
        self.network = network
        self.last = nn.Linear(network.expression.in_features, len(LABELS))
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


class Both(nn.Module):
    """Several readers of one face: the mean of their scores, weighted by `parts` (summing to 1).

    Networks of different starts, layouts and framings err on different faces (Lakshminarayanan et
    al., "Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles", NIPS 2017).
    """

    def __init__(self, readers: list[Reader], parts: list[float]) -> None:
        super().__init__()
        self.readers, self.parts = nn.ModuleList(readers), parts
        self.eval()

    def forward(self, face: Tensor) -> tuple[Tensor, Tensor]:
        """Scores N×8 and logits N×8, of which they are the softmax."""
        scores = torch.stack(
            [part * reader(face)[0] for reader, part in zip(self.readers, self.parts, strict=True)]
        ).sum(0)
        return scores, scores.clamp_min(1e-9).log()


def read_checkpoints(
    paths: list[Path], parts: list[float] | None = None, layout: Layout = BASELINE
) -> ExpressionNetwork:
    """The network with the weighted mean of the checkpoints' weights and statistics.

    With a run's `start.pt` and its end this is the way between the two (Wortsman et al., "Robust
    fine-tuning of zero-shot models", CVPR 2022).
    """
    states = [torch.load(path, weights_only=True) for path in paths]
    states = [state.get("average", state) for state in states]
    given = torch.tensor(parts or [1.0] * len(paths))
    network = ExpressionNetwork(layout)
    mean = {
        name: torch.einsum(
            "n,n...->...",
            given / given.sum(),
            torch.stack([state[name].float() for state in states]),
        ).to(value.dtype)
        for name, value in states[0].items()
    }
    network.load_state_dict(mean)
    return network.eval()


def write_onnx(reader: Reader | Both, path: Path, faces: Faces) -> None:
    """Export with batch normalisation folded and the convolutions in 8 bits.

    Static quantisation (Jacob et al., "Quantization and Training of Neural Networks for Efficient
    Integer-Arithmetic-Only Inference", CVPR 2018), a scale for each filter, the ranges of the
    activations measured on augmented views of `faces`. The first convolution stays as it is: it
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
        graph = onnx.load(str(prepared)).graph
        weights = {tensor.name: tensor.dims for tensor in graph.initializer}
        quantize_static(
            prepared,
            path,
            Views(faces),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=[
                node.name
                for node in graph.node
                if node.op_type == "Conv" and weights[node.input[1]][1] == 1
            ],
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


def check(reader: Reader | Both, path: Path, faces: Faces) -> None:
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
    points: list[OperatingPoint],
    parts: list[float],
    natural: Floats,
    *,
    unsure_below: float,
) -> None:
    """`expression.json`: what a runtime must know to use the model beside it."""
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
            "formula": "sum over networks of part * softmax((logits + prior_share * log(prior))"
            " / temperature), in the graph",
            "prior": [round(float(value), 5) for value in natural],
            "temperature": round(points[0].temperature, 4),
            "networks": [
                {"part": part, "prior_share": point.share}
                for point, part in zip(points, parts, strict=True)
            ],
        },
        "mirror_below": MIRROR_BELOW,
        "closer": CLOSER,
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
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, nargs="+")
    source.add_argument("--start", type=Path, help="the baseline itself, not trained further")
    parser.add_argument("--parts", type=float, nargs="+", help="weight of each checkpoint")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--share", type=float, help="of the prior; chosen on validation if absent")
    parser.add_argument("--temperature", type=float, help="fitted on validation if absent")
    parser.add_argument("--second", type=Path, help="checkpoint of a network from random weights")
    parser.add_argument("--second-recipe", choices=RECIPES, default="second")
    parser.add_argument("--second-part", type=float, default=0.3, help="its part of the scores")
    parser.add_argument("--second-share", type=float, default=0.3, help="its share of the prior")
    parser.add_argument("--fer2013", type=float, default=0.0, help="part of the second head")
    parser.add_argument("--unsure-below", type=float, default=0.4)
    arguments = parser.parse_args()
    faces, train = load(arguments.data, "val"), load(arguments.data, "train")
    natural = prior(train)
    if arguments.start:
        network = ExpressionNetwork()
        start_from(network, arguments.start, batch_views(train, np.arange(256), [1], 1.0))
    else:
        network = read_checkpoints(arguments.checkpoint, arguments.parts)
    networks, parts = [network], [1.0]
    points = [choose(network, faces, natural, arguments.fer2013, arguments.share)]
    if arguments.second:
        # It reads the whole crop: of a face further away than in training, two looks are right
        # more often than of one that is closer (NOTES.md).
        whole = replace(RECIPES[arguments.second_recipe].layout, margin=0)
        networks.append(read_checkpoints([arguments.second], layout=whole))
        parts = [1 - arguments.second_part, arguments.second_part]
        points.append(OperatingPoint(arguments.second_share, 1.0, 0.0))
    if arguments.temperature:
        points = [replace(point, temperature=arguments.temperature) for point in points]
    else:
        points = with_temperature(networks, points, parts, faces, natural)
    print([asdict(point) for point in points])
    readers = [Reader(each, point, natural) for each, point in zip(networks, points, strict=True)]
    reader = Both(readers, parts) if arguments.second else readers[0]
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / "expression.onnx"
    write_onnx(reader, path, train)
    check(reader, path, faces)
    write_sidecar(
        path,
        points,
        parts,
        natural,
        unsure_below=arguments.unsure_below,
    )
    print(f"{path} {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
