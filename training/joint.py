"""Give two exported networks one last layer, trained on what both see.

`python -m training.joint --data FILE.npz --model RUN/expression.onnx --work RUN --out FOLDER`

`training.export` writes two networks whose scores are averaged. Here their features (N×448 of each
training face: as it is, and as the second look sees it) are measured once, in 8 bits as shipped,
and one linear layer over both is fitted to the votes. It is held near the mean of both networks'
own last layers, so that it learns which of them to trust with what and forgets nothing.
The convolutions stay as they are, and so does the time that a face takes.

Features are kept in `--work` in parts of 1,024 faces; a run that is cut off goes on from there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import torch
from onnx import numpy_helper
from torch import Tensor

from functions.reader.crop import closer
from training.data import Faces, Floats, load, prior
from training.evaluate import calibration_error, confusion, macro_f1
from training.operating_point import CALIBRATION_ERROR, CLOSER, MIRROR_BELOW

LOOKS = ("p", "mc")
"""The face as it is; its mirror image, closer."""
START = (0.5, 0.5)
"""Parts of the networks' own logits that the layer starts from and is held near."""
PART = 1024


@dataclass(frozen=True)
class Last:
    """A last layer: logits = features @ weight.T + bias, free of the prior."""

    weight: Tensor
    bias: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        """Logits N×8."""
        return features @ self.weight.T + self.bias


def last_layers(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """The networks' last layers, in the order of the networks."""
    found = [node for node in model.graph.node if node.op_type == "Gemm"]
    return sorted(found, key=lambda node: str(node.output[0]))


def measure(path: Path, faces: Faces, part: str, look: str, work: Path) -> Tensor:
    """Both networks' features of one look at each face, side by side, N×448."""
    model = onnx.load(str(path))
    names = [node.input[0] for node in last_layers(model)]
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    parts = []
    for start in range(0, len(faces.images), PART):
        cache = work / f"{part}-{look}-{start // PART:03}.npz"
        if not cache.exists():
            images = faces.images[start : start + PART]
            if look == "mc":
                images = closer(np.ascontiguousarray(images[:, :, ::-1]), CLOSER)
            given = images[:, None].astype(np.float32)
            told = [
                session.run(names, {"face": given[i : i + 64]}) for i in range(0, len(given), 64)
            ]
            one, other = (np.concatenate(each) for each in zip(*told, strict=True))
            partial = cache.with_suffix(".partial.npz")
            np.savez(partial, a=one, b=other)
            partial.replace(cache)
        with np.load(cache) as known:
            parts.append(np.concatenate([known["a"], known["b"]], 1))
    return torch.from_numpy(np.concatenate(parts)).float()


def start(path: Path, natural: Floats) -> Last:
    """The weighted mean of the networks' own last layers, without prior and temperature."""
    model, sidecar = onnx.load(str(path)), json.loads(path.with_suffix(".json").read_text("utf-8"))
    point = sidecar["operating_point"]
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    weights, bias = [], np.zeros(len(natural), np.float32)
    for node, part, network in zip(last_layers(model), START, point["networks"], strict=True):
        weight, offset = (known[name] * point["temperature"] for name in node.input[1:3])
        weights.append(part * weight)
        bias += part * (offset - network["prior_share"] * np.log(natural))
    return Last(torch.from_numpy(np.concatenate(weights, 1)), torch.from_numpy(bias))


def fit(held: Last, features: Tensor, votes: Tensor, natural: Floats, strength: float) -> Last:
    """The layer of least cross entropy plus `strength` times its squared distance from `held`.

    A gain common to all logits is free. L-BFGS (Liu and Nocedal, 1989).
    """
    weight, bias = (each.clone().requires_grad_() for each in (held.weight, held.bias))
    gain = torch.zeros(1, requires_grad=True)
    log_prior = torch.from_numpy(np.log(natural)).float()
    solver = torch.optim.LBFGS([weight, bias, gain], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        solver.zero_grad()
        told = torch.log_softmax(gain.exp() * Last(weight, bias)(features) + log_prior, 1)
        away = ((weight - held.weight) ** 2).sum() + ((bias - held.bias) ** 2).sum()
        found = -(votes * told).sum(1).mean() + strength * away
        found.backward()  # type: ignore[no-untyped-call]
        return found

    solver.step(loss)  # type: ignore[no-untyped-call]
    scale = gain.detach().exp()
    return Last(scale * weight.detach(), scale * bias.detach())


def scores(looks: list[Tensor], natural: Floats, share: float, temperature: float) -> Floats:
    """What the reader says, of the logits of the first and the second look."""
    offset = share * torch.from_numpy(np.log(natural)).float()
    first, second = (torch.softmax((look + offset) / temperature, 1) for look in looks)
    doubtful = first.max(1).values < MIRROR_BELOW
    first[doubtful] = (first[doubtful] + second[doubtful]) / 2
    return np.asarray(first.numpy(), np.float32)


def write(path: Path, layer: Last, natural: Floats, share: float, temperature: float) -> bytes:
    """The model at `path` with `layer` instead of its own last layers and their mean."""
    model = onnx.load(str(path))
    graph, ends = model.graph, last_layers(model)
    offset = share * np.log(natural)
    added = {
        "last.weight": (layer.weight / temperature).numpy(),
        "last.bias": ((layer.bias.numpy() + offset) / temperature).astype(np.float32),
    }
    sides = [end.input[0] for end in ends]
    # Everything behind the features goes, with the constants that only it used.
    gone, reach = [], {end.output[0] for end in ends}
    for node in graph.node:
        if node in ends or reach & set(node.input):
            gone.append(node)
            reach |= set(node.output)
    for node in gone:
        graph.node.remove(node)
    graph.node.extend(
        [
            onnx.helper.make_node("Concat", sides, ["both"], axis=1),
            onnx.helper.make_node("Gemm", ["both", *added], ["logits"], transB=1),
            onnx.helper.make_node("Softmax", ["logits"], ["scores"], axis=1),
        ]
    )
    used = {name for node in graph.node for name in node.input}
    for node in [node for node in graph.node if node.op_type == "Constant"]:
        if not used & set(node.output):
            graph.node.remove(node)
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    graph.initializer.extend(
        numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in added.items()
    )
    model.producer_name = "training.joint"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def main() -> None:
    """Command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="FER+ archive (.npz)")
    parser.add_argument("--model", type=Path, required=True, help="two networks, as exported")
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--strength", type=float, default=0.003, help="of what holds the layer")
    parser.add_argument("--share", type=float, default=0.6, help="of the prior")
    arguments = parser.parse_args()
    train, val = load(arguments.data, "train"), load(arguments.data, "val")
    natural = prior(train)
    arguments.work.mkdir(parents=True, exist_ok=True)
    seen = {
        (part, look): measure(arguments.model, faces, part, look, arguments.work)
        for part, faces in (("val", val), ("train", train))
        for look in LOOKS
    }
    votes = torch.from_numpy(train.votes).float().repeat(len(LOOKS), 1)
    features = torch.cat([seen["train", look] for look in LOOKS])
    layer = fit(start(arguments.model, natural), features, votes, natural, arguments.strength)
    looks = [layer(seen["val", look]) for look in LOOKS]
    errors = {
        value: calibration_error(scores(looks, natural, arguments.share, value), val.labels)
        for value in np.round(np.arange(0.4, 1.5, 0.01), 2).tolist()
    }
    temperature = max(value for value, error in errors.items() if error <= CALIBRATION_ERROR)
    told = scores(looks, natural, arguments.share, temperature)
    table = confusion(val.labels, told.argmax(1))
    print(
        f"share {arguments.share} temperature {temperature}: {table.trace() / table.sum():.4f} / "
        f"{macro_f1(table):.4f} / {errors[temperature]:.4f}"
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / "expression.onnx"
    data = write(arguments.model, layer, natural, arguments.share, temperature)
    sidecar = json.loads(arguments.model.with_suffix(".json").read_text("utf-8"))
    target.write_bytes(data)
    sidecar["operating_point"] = {
        "formula": "softmax((logits + prior_share * log(prior)) / temperature), in the graph",
        "prior": sidecar["operating_point"]["prior"],
        "prior_share": arguments.share,
        "temperature": temperature,
    }
    sidecar["trained"] = datetime.now(UTC).date().isoformat()
    sidecar["sha256"] = hashlib.sha256(data).hexdigest()
    text = json.dumps(sidecar, indent=2, ensure_ascii=False) + "\n"
    target.with_suffix(".json").write_text(text, encoding="utf-8")
    print(f"{target} {len(data)} bytes")


if __name__ == "__main__":
    main()
