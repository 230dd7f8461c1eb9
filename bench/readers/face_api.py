"""`@vladmandic/face-api`; see `vladmandic`."""

from __future__ import annotations

from pathlib import Path

from bench.readers import vladmandic


def create(model: Path | None) -> vladmandic.Vladmandic:
    """The reader."""
    if model:
        raise SystemExit("--model is for the embedded reader")
    return vladmandic.create("@vladmandic/face-api")
