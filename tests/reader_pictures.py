"""Pictures by which the embedded reader's two homes are held to the same readings.

A recipe is JSON, and its arithmetic is of whole numbers alone, so that the page's tests make the
same pixels (`frontend/src/frame/reader/testing/pictures.ts`). The photographs of `tests/faces` lie
beside the recipes as PNG, which decodes to the same pixels everywhere.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
Recipe = dict[str, Any]

CONTRACT = Path(__file__).parent / "contract"
PHOTOGRAPHS = CONTRACT / "reader"
VECTORS = CONTRACT / "reader.json"

_WHOLE = "astronaut"  # of the photographs the one whose face is whole and upright
_BEYOND = 96  # grey, where a turned picture has nothing
_SIZES = (120, 160, 240, 320, 321, 400, 480, 640, 640, 640, 801, 960)  # px, the longer side
_KINDS: tuple[Recipe, ...] = (
    # On its head and filling a telephone's frame; cut by a bar; flattened; a half; in bars.
    {"photograph": "upside-down-smile", "window": [130, 90, 220, 390], "size": [640, 1134]},
    {"photograph": "astronaut", "window": [0, 0, 512, 146], "place": [512, 300, 0, 60, 0]},
    {"photograph": "astronaut", "size": [1126, 512]},
    {"photograph": "astronaut", "window": [0, 0, 225, 512], "size": [450, 1024]},
    {"photograph": "astronaut", "place": [720, 512, 100, 0, 0]},
)
_GENERATED = ("flat", "gradient", "checks", "noise")


def picture(recipe: Recipe) -> Pixels:
    """Height × width × 3, as the recipe says."""
    pixels = _source(recipe)
    if window := recipe.get("window"):
        x, y, width, height = window
        pixels = pixels[y : y + height, x : x + width]
    if turn := recipe.get("turn"):
        pixels = _turned(pixels, *turn)
    if size := recipe.get("size"):
        height, width = pixels.shape[:2]
        rows = np.arange(size[1]) * height // size[1]
        pixels = pixels[rows][:, np.arange(size[0]) * width // size[0]]
    if recipe.get("mirror"):
        pixels = pixels[:, ::-1]
    for _ in range(recipe.get("blur", 0)):
        pixels = _blurred(pixels)
    values = pixels.astype(np.int32)
    values = np.clip((values * recipe.get("gain", 256) >> 8) + recipe.get("offset", 0), 0, 255)
    if noise := recipe.get("noise"):
        seed, most = noise
        drawn = _hash(np.arange(values.size, dtype=np.uint32), seed).astype(np.int32)
        values = values + (drawn * (2 * most + 1) >> 8).reshape(values.shape) - most
    pixels = np.clip(values, 0, 255).astype(np.uint8)
    if place := recipe.get("place"):
        width, height, x, y, grey = place
        whole = np.full((height, width, 3), grey, np.uint8)
        part = pixels[: height - y, : width - x]
        whole[y : y + part.shape[0], x : x + part.shape[1]] = part
        pixels = whole
    return np.ascontiguousarray(pixels)


def _source(recipe: Recipe) -> Pixels:
    if name := recipe.get("photograph"):
        return photograph(name)
    width, height = recipe["size"]
    y, x = np.mgrid[:height, :width]
    values = {
        "flat": np.full((height, width), 127),
        "gradient": (x * 255 // width + y * 255 // height) // 2,
        "checks": (x // 16 + y // 16) % 2 * 200 + 20,
        "noise": _hash(np.arange(width * height, dtype=np.uint32), 5).reshape(height, width),
    }[recipe["generated"]]
    return np.repeat(values.astype(np.uint8)[:, :, None], 3, axis=2)


@cache
def photograph(name: str) -> Pixels:
    """One of `tests/faces`, by its name without an extension."""
    with Image.open(PHOTOGRAPHS / f"{name}.png") as image:
        return np.asarray(image.convert("RGB"))


def _turned(pixels: Pixels, cos: int, sin: int) -> Pixels:
    """Turned around the middle, nearest pixel; `cos` and `sin` in 1/65536."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[:height, :width]
    dx, dy = x - width // 2, y - height // 2
    column = (dx * cos - dy * sin >> 16) + width // 2
    row = (dx * sin + dy * cos >> 16) + height // 2
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    turned = np.full_like(pixels, _BEYOND)
    turned[inside] = pixels[row[inside], column[inside]]
    return turned


def _blurred(pixels: Pixels) -> Pixels:
    padded = np.pad(pixels.astype(np.int32), [(1, 1), (1, 1), (0, 0)], mode="edge")
    height, width = pixels.shape[:2]
    total = sum(padded[y : y + height, x : x + width] for y in range(3) for x in range(3))
    return (np.asarray(total) // 9).astype(np.uint8)


def _hash(values: npt.NDArray[np.uint32], seed: int) -> npt.NDArray[np.uint32]:
    """0 to 255, as good as random."""
    mixed = (values + np.uint32(seed * 7919)) * np.uint32(2654435761)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(2246822519)
    mixed ^= mixed >> np.uint32(13)
    return mixed >> np.uint32(24)


def recipes(count: int) -> Iterator[Recipe]:
    """The photographs, some kinds, perturbed ones and some of nothing, always the same."""
    names = sorted(path.stem for path in PHOTOGRAPHS.glob("*.png"))
    yield from ({"photograph": name} for name in names)
    yield from _KINDS
    draw = random.Random(19)
    for number in range(count):
        if number % 25 == 24:
            side = draw.choice(_SIZES)
            size = [side, side * 3 // 4]
            yield {"generated": _GENERATED[number // 25 % len(_GENERATED)], "size": size}
        else:
            yield _perturbed(draw, names[number % len(names)] if number % 3 == 2 else _WHOLE)


def _perturbed(draw: random.Random, name: str) -> Recipe:
    height, width = photograph(name).shape[:2]
    recipe: Recipe = {"photograph": name}
    if draw.random() < 0.2:
        x, y = draw.randrange(width // 4), draw.randrange(height // 4)
        recipe["window"] = [
            x,
            y,
            draw.randint(width // 2, width - x),
            draw.randint(height // 2, height - y),
        ]
        width, height = recipe["window"][2:]
    if draw.random() < 0.3:
        degrees = draw.choice([-10, 10, 15, -20, 30, 45, -60, 90, 135, 180, 270])
        angle = np.radians(degrees)
        recipe["turn"] = [round(float(np.cos(angle)) * 65536), round(float(np.sin(angle)) * 65536)]
    side = draw.choice(_SIZES)
    longest = max(width, height)
    squeeze = draw.choice([1, 1, 1, 1, 1, 0.8, 0.6])
    recipe["size"] = [
        max(1, round(width * side / longest * squeeze)),
        max(1, height * side // longest),
    ]
    if draw.random() < 0.5:
        recipe["mirror"] = True
    if draw.random() < 0.4:
        recipe["blur"] = draw.choice([1, 1, 2, 3, 6, 12])
    if draw.random() < 0.4:
        recipe["gain"] = draw.choice([8, 16, 24, 40, 120, 200, 300, 400])
        recipe["offset"] = draw.choice([0, 0, 20, -30, 60])
    if draw.random() < 0.4:
        recipe["noise"] = [draw.randrange(1000), draw.choice([3, 8, 20, 40])]
    if draw.random() < 0.3:
        recipe["place"] = _placed(draw, recipe["size"])
    return recipe


def _placed(draw: random.Random, size: list[int]) -> list[int]:
    width, height = draw.choice([(640, 480), (640, 360), (480, 640), (1000, 700)])
    x = draw.randrange(max(1, width - size[0] // 2))
    y = draw.randrange(max(1, height - size[1] // 2))
    return [width, height, x, y, draw.choice([0, 60, 128, 200])]


def vectors() -> list[Mapping[str, Any]]:
    """The committed golden vectors: recipes, and what the reader reads of their pictures."""
    loaded: list[Mapping[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return loaded
