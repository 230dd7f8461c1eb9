"""FER+ faces and votes: loading, and turning ten people's votes into targets and labels.

Data: FER2013 images (Goodfellow et al., "Challenges in Representation Learning", 2013) with the
FER+ votes (Barsoum et al., "Training Deep Networks for Facial Expression Recognition with
Crowd-Sourced Label Distribution", ICMI 2016, arXiv:1608.01041).

`python -m training.data --data FILE.npz --export OUT.npz` writes the validation part in the
format the accuracy benchmark reads: `images` uint8 N×48×48 and `labels` int64 N.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

LABELS: tuple[str, ...] = (
    "anger",
    "contempt",
    "disgust",
    "fear",
    "happiness",
    "neutral",
    "sadness",
    "surprise",
)
FER2013_LABELS: tuple[str, ...] = (
    "anger",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
    "neutral",
)
FACE_SIZE = 48
"""Side of a face crop, pixels."""

_VOTE_COLUMNS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
)
_ORDER = [_VOTE_COLUMNS.index(label) for label in LABELS]
_TO_EIGHT = np.array([LABELS.index(label) for label in FER2013_LABELS])

Images = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Faces:
    """One part (train or val) of the data set.

    images: N×48×48 uint8 grey; votes: N×8 float32 distribution over `LABELS` (rows sum to 1);
    labels: N int64, the label evaluation counts; rated: N bool, False where evaluation drops the
    row; fer2013: N int64, the older single label as an index into `FER2013_LABELS`.
    """

    images: Images
    votes: Floats
    labels: Ints
    rated: npt.NDArray[np.bool_]
    fer2013: Ints

    def only(self, keep: npt.NDArray[np.bool_]) -> Faces:
        """The rows where `keep` (N bool) is true."""
        return Faces(
            self.images[keep],
            self.votes[keep],
            self.labels[keep],
            self.rated[keep],
            self.fer2013[keep],
        )


def count_votes(votes: npt.NDArray[np.uint8], fer2013: Ints) -> tuple[Floats, Ints, Ints]:
    """Votes (N×10, FER+ column order) to distribution, label and rating.

    Labels follow the FER+ authors' majority rule: a lone vote is dropped as noise, then the
    largest of all ten columns wins. A row whose largest column is *unknown* or *not a face* has
    no label (-1). Among the eight expressions a tie is broken by the raw votes' order of
    `LABELS` (`argmax`: the first of the tied), which is deterministic and favours no model.

    The training distribution keeps a lone vote where it agrees with the older FER2013 label:
    two independent sources naming the same expression are unlikely to be noise.
    """
    counts = np.where(votes <= 1, 0, votes).astype(np.float32)
    eight = counts[:, _ORDER]
    labels = eight.argmax(1).astype(np.int64)
    labels[counts[:, 8:].max(1) > eight.max(1)] = -1

    lone = np.zeros_like(eight)
    rows = np.arange(len(votes))
    lone[rows, _TO_EIGHT[fer2013]] = 1
    kept = eight + lone * (votes[:, _ORDER] == 1)
    total = kept.sum(1, keepdims=True)
    distribution = kept / np.maximum(total, 1)
    usable = (total[:, 0] >= 4).astype(np.int64)
    return distribution.astype(np.float32), labels, usable


def load(path: Path, part: str) -> Faces:
    """The `part` ("train" or "val") of the archive at `path`.

    Validation holds only rows with a label. Training also holds rows without one as long as four
    or more votes name an expression, since their distribution still teaches.
    """
    with np.load(path) as archive:
        chosen = archive["split"] == part
        images: Images = archive["images"][chosen]
        votes = archive["votes"][chosen]
        fer2013: Ints = archive["fer2013"][chosen].astype(np.int64)
    distribution, labels, usable = count_votes(votes, fer2013)
    faces = Faces(images, distribution, labels, labels >= 0, fer2013)
    return faces.only(usable > 0 if part == "train" else faces.rated)


def prior(faces: Faces) -> Floats:
    """Share of each label among the rated rows, 8 float32."""
    counts = np.bincount(faces.labels[faces.rated], minlength=len(LABELS))
    shares: Floats = (counts / counts.sum()).astype(np.float32)
    return shares


def main() -> None:
    """Command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--export", type=Path, required=True)
    arguments = parser.parse_args()
    faces = load(arguments.data, "val")
    np.savez_compressed(arguments.export, images=faces.images, labels=faces.labels)
    for label, count in zip(LABELS, np.bincount(faces.labels, minlength=8), strict=True):
        print(f"{label:10} {count}")


if __name__ == "__main__":
    main()
