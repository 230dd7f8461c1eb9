"""Faces that are not upright in the picture: a camera on its side, somebody lying down.

YuNet finds faces that are rolled by up to about 30°. It finds few of the others, and gives their
points as if they were upright, so the points do not show the roll. The score does: of eight turns
of a picture, the one that makes the face upright has the highest score (`bench.gates`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from functions.reader.crop import crop
from functions.reader.found import FoundFace
from functions.reader.image import PixelBox, Pixels

Detect = Callable[[Pixels], list[FoundFace]]
"""Finds possible faces in a small picture, and does not turn it."""

DOUBTFUL = 0.9  # the score of about half of the upright faces; rolled ones have less
_FACE = 0.7  # the score from which something is a face
_CLEAR = 0.85  # the score that a face has once a turn makes it upright
_GAIN = 0.05  # a face is turned if its score gains so much; less is chance
_QUARTERS, _EIGHTHS = (90, 270, 180), (45, 315, 135, 225)  # degrees anticlockwise
_TILE = 96  # px; the face fills half of it


def find(detect: Detect, pixels: Pixels, side: int, *, hint: bool) -> list[FoundFace]:
    """The faces of a picture in which none is upright.

    Args:
        detect: the detector.
        pixels: the picture.
        side: the longer side, in pixels, for looking at it.
        hint: whether something in it may be a face; then it is also turned by half quarters.
    """
    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=1)
    scale = max(pixels.shape[:2]) / max(picture.size)
    whole = pixels.shape[1] / 2, pixels.shape[0] / 2
    best: list[FoundFace] = []
    for degrees in (*_QUARTERS, *_EIGHTHS):
        if degrees == _EIGHTHS[0] and (best or not hint):
            break
        turned = picture.rotate(degrees, Image.Resampling.BILINEAR, expand=True)
        seen = detect(np.asarray(turned))
        hint = hint or bool(seen)
        clear = [face for face in seen if face.score >= max([_CLEAR, *(it.score for it in best)])]
        if clear:
            middle = turned.width / 2, turned.height / 2
            best = [face.turned_back(degrees, middle, whole, scale) for face in clear]
    return best


def stand_up(detect: Detect, pixels: Pixels, face: FoundFace) -> FoundFace:
    """The face, found again in the turn that makes it upright; unchanged if no turn is better.

    One picture shows all eight turns of its surroundings, four in each row.
    """
    turns = range(0, 360, 45)
    small, box = _reduced(pixels, face.box)
    tiles = [crop(small, box, side=_TILE, scale=2, roll=turn) for turn in turns]
    sheet = np.concatenate([np.concatenate(tiles[:4], 1), np.concatenate(tiles[4:], 1)])
    seen: dict[int, FoundFace] = {}
    for found in detect(sheet):
        column, row = (int(place // _TILE) for place in found.middle)
        turn = turns[4 * min(max(row, 0), 1) + min(max(column, 0), 3)]
        if turn not in seen or seen[turn].score < found.score:
            seen[turn] = found
    if not seen:
        return face
    turn = max(seen, key=lambda turn: seen[turn].score)
    least = max(_FACE, seen[0].score + _GAIN if 0 in seen else 0)
    if turn == 0 or seen[turn].score < least:
        return face
    middle = (turn // 45 % 4 + 0.5) * _TILE, (turn // 45 // 4 + 0.5) * _TILE
    scale = 2 * max(face.box[2:]) / _TILE
    return seen[turn].turned_back(turn, middle, face.middle, scale)


def _reduced(pixels: Pixels, box: PixelBox) -> tuple[Pixels, PixelBox]:
    """The picture, made smaller if the face is large in it, and the face's box there.

    Eight crops of a face that fills a picture of 1,919 px took 2 s and 190 MB.
    """
    factor = int(max(box[2:]) // (2 * _TILE))  # a tile shows the face at half its side
    if factor < 2:
        return pixels, box
    left, top, width, height = (side / factor for side in box)
    return np.asarray(Image.fromarray(pixels).reduce(factor)), (left, top, width, height)
