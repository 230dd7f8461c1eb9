"""The classifier: a small residual network with a second head that is used in training only.

Blocks follow He et al., "Deep Residual Learning for Image Recognition" (CVPR 2016), with a
narrower middle: the first convolution of a block has fewer channels than its output, which costs
less than it loses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Layout:
    """Channels of the two stem convolutions, between each block's two, and of its output.

    `strides` are the blocks', each 1 or 2. `margin` pixels of the crop's edges are cut away before
    anything is seen. `even` takes out each face's own brightness and contrast, else they are only
    lifted.
    """

    stem: tuple[int, int] = (16, 32)
    inner: tuple[int, ...] = (64, 128, 128, 256)
    outer: tuple[int, ...] = (64, 128, 128, 256)
    strides: tuple[int, ...] = (1, 2, 1, 2)
    margin: int = 0
    even: bool = False


BASELINE = Layout()
SECOND = Layout((32, 64), (64, 128, 128, 224), (64, 128, 128, 224), margin=4, even=True)
"""Trained from random weights. Multiples of 32 keep a matrix unit busy, the middle 40 px take
0.7 of the time of 48, and in 8 bits both networks stay below 3 MB."""
DEEPER = Layout((32, 64), (64, 128, 128, 128, 96), (64, 128, 128, 192, 192), (1, 2, 1, 2, 1))
"""A block more in no more weights."""


MEAN, DEVIATION = 129.16289, 64.89511
"""Of the training faces' grey levels, as the baseline has them."""
EVENEST, DARKEST, BRIGHTEST = 33.0, 74.0, 183.0
"""The 5th percentile of the training faces' deviations, the 5th and 95th of their means."""


def normalise(face: Tensor) -> Tensor:
    """Each face (N×1×H×W, 0..255) to mean 0 and deviation about 1, whatever the light.

    The offset under the root (8 grey levels) keeps an almost even picture from becoming all noise.
    """
    centred = face - face.mean((1, 2, 3), keepdim=True)
    variance = (centred * centred).mean((1, 2, 3), keepdim=True)
    return centred / (variance + 64.0).sqrt()


def lift(face: Tensor) -> Tensor:
    """Faces (N×1×H×W, 0..255) as the baseline wants them, out of the dark as far as needed.

    A face as even, as dark or as bright as one in twenty of the training faces or more is brought
    to where that one is; all others are left as they are. Then the baseline's mean and deviation.
    """
    mean = face.mean((1, 2, 3), keepdim=True)
    centred = face - mean
    variance = (centred * centred).mean((1, 2, 3), keepdim=True)
    gain = (EVENEST / (variance + 1.0).sqrt()).clamp(min=1.0)
    return (centred * gain + mean.clamp(DARKEST, BRIGHTEST) - MEAN) / DEVIATION


class Convolution(nn.Sequential):
    """Convolution without bias, then batch normalisation."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
            nn.BatchNorm2d(outputs),
        )


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions beside a shortcut, projected (1×1) where the shape changes."""

    def __init__(self, inputs: int, inner: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = Convolution(inputs, inner, 3, stride)
        self.second = Convolution(inner, outputs, 3, 1)
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else Convolution(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """N×inputs×H×W to N×outputs×(H/stride)×(W/stride)."""
        inner = torch.relu_(self.first(x))
        return torch.relu_(self.second(inner).add_(self.shortcut(x)))


class ExpressionNetwork(nn.Module):
    """Face N×1×48×48, 0..255, to logits N×8 (`data.LABELS`) and N×7 (`data.FER2013_LABELS`)."""

    def __init__(self, layout: Layout = BASELINE, dropout: float = 0.2) -> None:
        super().__init__()
        self.still: list[nn.Module] = []
        self.layout = layout
        self.stem = nn.Sequential(
            Convolution(1, layout.stem[0], 3, 1),
            nn.ReLU(inplace=True),
            Convolution(layout.stem[0], layout.stem[1], 3, 2),
            nn.ReLU(inplace=True),
        )
        inputs = layout.stem[1:] + layout.outer[:-1]
        shapes = zip(inputs, layout.inner, layout.outer, layout.strides, strict=True)
        self.body = nn.Sequential(*(ResidualBlock(*shape) for shape in shapes))
        self.dropout = nn.Dropout(dropout)
        self.expression = nn.Linear(layout.outer[-1], 8)
        self.fer2013 = nn.Linear(layout.outer[-1], 7)

    def seen(self, face: Tensor) -> Tensor:
        """What the first convolution gets of a face N×1×48×48, 0..255."""
        margin, side = self.layout.margin, face.shape[-1]
        if margin:
            face = face[..., margin : side - margin, margin : side - margin]
        return normalise(face) if self.layout.even else lift(face)

    def features(self, face: Tensor) -> Tensor:
        """Face N×1×48×48 to N×channels of the last block."""
        maps: Tensor = self.body(self.stem(self.seen(face)))
        return maps.mean((2, 3))

    def forward(self, face: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of both heads, free of the training prior."""
        features = self.dropout(self.features(face))
        return self.expression(features), self.fer2013(features)

    def freeze(self, blocks: int) -> None:
        """Stop training the stem and the first `blocks` blocks, their statistics included.

        What the first layers see is the same for all faces; leaving them alone saves a third of
        the time and keeps what the start had learnt.
        """
        self.still = [self.stem, *self.body[:blocks]] if blocks else []
        for part in self.still:
            part.requires_grad_(False)
        self.train(self.training)

    def train(self, mode: bool = True) -> ExpressionNetwork:
        """Training mode, but for what is frozen."""
        super().train(mode)
        for part in self.still:
            part.eval()
        return self

    def convolutions(self) -> Iterator[Convolution]:
        """Every convolution, in the order an exported graph lists them."""
        for module in self.modules():
            if isinstance(module, Convolution):
                yield module


def read_weights(path: Path) -> list[npt.NDArray[np.float32]]:
    """Weights and biases of an exported classifier, in graph order."""
    graph = onnx.load(str(path)).graph
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights: list[npt.NDArray[np.float32]] = []
    for node in graph.node:
        if node.op_type == "Cast":
            known[node.output[0]] = known[node.input[0]].astype(np.float32)
        elif node.op_type in ("Conv", "Gemm"):
            weights += [known[name].astype(np.float32) for name in node.input[1:3]]
    return weights


def start_from(network: ExpressionNetwork, path: Path, faces: Tensor) -> None:
    """Give `network` the weights of the classifier at `path`, narrowed to its inner layout.

    An exported graph has its batch normalisation folded into the convolutions. Each filter is
    scaled to length 1 (batch normalisation makes the scale free, and a known length makes the
    learning rate mean the same in every layer), then statistics measured on `faces`
    (N×1×48×48) give the normalisation the gain and offset under which nothing changes.
    Where the network is narrower, the inner channels with the least mean activation times
    outgoing weight are dropped.
    """
    network.eval()
    known = iter([torch.from_numpy(array.copy()) for array in read_weights(path)])
    with torch.no_grad():
        x = network.seen(faces)
        for index in (0, 2):
            stem = network.stem[index]
            assert isinstance(stem, Convolution)
            _install(stem, next(known), next(known), x)
            x = torch.relu(stem(x))
        for block in network.body:
            assert isinstance(block, ResidualBlock)
            weight, bias, second, second_bias = (next(known) for _ in range(4))
            conv = block.first[0]
            assert isinstance(conv, nn.Conv2d)
            inner = torch.relu(functional.conv2d(x, weight, bias, conv.stride, conv.padding))
            score = inner.mean((0, 2, 3)) * second.abs().sum((0, 2, 3))
            keep = score.argsort(descending=True)[: conv.out_channels].sort().values
            if len(keep) < len(weight):
                second, second_bias = _refit(inner, keep, second, second_bias)
            _install(block.first, weight[keep], bias[keep], x)
            _install(block.second, second, second_bias, inner[:, keep])
            if isinstance(block.shortcut, Convolution):
                _install(block.shortcut, next(known), next(known), x)
            x = block(x)
        network.expression.weight.copy_(next(known))
        network.expression.bias.copy_(next(known))
        network.fer2013.weight.zero_()
        network.fer2013.bias.zero_()


def _refit(inner: Tensor, keep: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Weight and bias with which the `keep` channels of `inner` give the same 3×3 result."""
    wanted = functional.conv2d(inner, weight, bias, padding=1).flatten(2)
    columns = functional.unfold(inner[:, keep], 3, padding=1)
    width = columns.shape[1] + 1
    gram, right = torch.zeros(width, width), torch.zeros(width, len(weight))
    for x, y in zip(columns, wanted, strict=True):
        rows = torch.cat([x, torch.ones(1, x.shape[1])])
        gram += rows @ rows.T
        right += rows @ y.T
    ridge = 1e-3 * gram.diagonal().mean() * torch.eye(width)
    solved = torch.linalg.solve(gram + ridge, right)
    fitted = solved[:-1].T.reshape(len(weight), len(keep), 3, 3)
    return fitted, solved[-1]


def _install(module: Convolution, weight: Tensor, bias: Tensor, inputs: Tensor) -> None:
    """Set `module` to compute `conv(inputs, weight) + bias` through unit-length filters."""
    conv, norm = module[0], module[1]
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    length = weight.flatten(1).norm(dim=1).clamp_min(1e-6)
    conv.weight.copy_(weight / length[:, None, None, None])
    outputs = conv(inputs)
    mean, variance = outputs.mean((0, 2, 3)), outputs.var((0, 2, 3))
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_(length * (variance + norm.eps).sqrt())
    norm.bias.copy_(length * mean + bias)
