"""The photographs of the demonstration participant are read as the expressions they show."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from functions.contract import Expression
from functions.reader.embedded import EmbeddedReader

_PICTURES = Path(__file__).parents[2] / "local" / "site" / "demonstration"


@pytest.mark.parametrize(
    ("picture", "expression"),
    [("smiling.jpg", Expression.HAPPINESS), ("neutral.jpg", Expression.NEUTRAL)],
)
@pytest.mark.parametrize("sway", [-40, 0, 40])
def test_the_reader_reads_the_demonstration(
    picture: str, expression: Expression, sway: int
) -> None:
    """Each photograph is one face with a clear expression, wherever the canvas moves it."""
    canvas = Image.new("RGB", (640, 480), (70, 80, 95))
    with Image.open(_PICTURES / picture) as photograph:
        canvas.paste(photograph, (80 + sway, 0))
    file = io.BytesIO()
    canvas.save(file, "JPEG", quality=80)
    (face,) = EmbeddedReader().read(file.getvalue())
    assert face.expression is expression
    assert not face.unsure
