"""The teachers: what exported classifiers say of the faces that a new one learns from.

Part of each training target comes from them (Hinton et al., "Distilling the Knowledge in a Neural
Network", 2015, arXiv:1503.02531); `Recipe.teacher_share` says how much.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]

from training.augment import warp
from training.data import LABELS, Faces, Floats


def teacher_distribution(paths: list[Path], faces: Faces, cache: Path) -> Floats:
    """The teachers' mean scores of each face, N × 8 float32, rows summing to 1.

    Each classifier scores the face, and its mirror image 15 % closer: for strangers' faces, two
    such views are right more often than two of one framing.

    Args:
        paths: exported classifiers (ONNX).
        faces: N faces; only `images` is read.
        cache: a .npy file. If it holds N rows, they are returned; else it is written.
    """
    if cache.exists():
        known: Floats = np.load(cache)
        if len(known) == len(faces.images):
            return known
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    closer = np.stack([warp(face.astype(np.float32), scale=1.15) for face in faces.images])
    views = faces.images[:, None].astype(np.float32), closer[:, None, :, ::-1]
    told = np.zeros((len(faces.images), len(LABELS)), np.float32)
    for path in paths:
        session = onnxruntime.InferenceSession(str(path), options)
        for view in views:
            for i in range(0, len(view), 64):
                given = np.ascontiguousarray(view[i : i + 64])
                told[i : i + 64] += session.run(["scores"], {"face": given})[0]
    told /= len(views) * len(paths)
    np.save(cache, told)
    return told
