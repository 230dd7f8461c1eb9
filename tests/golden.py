"""Writes the golden vectors of the reader: `make golden`, after its networks or its steps changed.

    python -m tests.golden

Each vector is a recipe of `tests.reader_pictures` with what the Python reader reads of its picture:
`faces` (box in pixels, eight scores in the order of Expression, unsure), or `reason`.
"""

from __future__ import annotations

import json
from typing import Any

from PIL import Image

from functions.contract import Expression, UnreadError, UnreadReason
from functions.reader.embedded import EmbeddedReader
from functions.reader.image import decode_photograph
from tests.reader_pictures import PHOTOGRAPHS, VECTORS, Pixels, picture, recipes

COUNT = 520
FACES = PHOTOGRAPHS.parents[1] / "faces"


def read(reader: EmbeddedReader, pixels: Pixels) -> dict[str, Any]:
    """What the reader says of a picture, in the vectors' form."""
    height, width = pixels.shape[:2]
    try:
        faces = reader.read_pixels(pixels)
    except UnreadError as unread:
        return {"reason": unread.reason.value}
    if not faces:
        return {"reason": UnreadReason.NO_FACE.value}
    return {
        "faces": [
            {
                "box": [
                    round(face.box.x * width, 2),
                    round(face.box.y * height, 2),
                    round(face.box.width * width, 2),
                    round(face.box.height * height, 2),
                ],
                "scores": [round(face.scores[expression], 5) for expression in Expression],
                "unsure": face.unsure,
            }
            for face in faces
        ]
    }


def main() -> None:
    """Write the photographs as PNG, where they are missing, and all vectors."""
    PHOTOGRAPHS.mkdir(exist_ok=True)
    for path in sorted(FACES.glob("*.jpg")):
        png = PHOTOGRAPHS / f"{path.stem}.png"
        if not png.exists():
            Image.fromarray(decode_photograph(path.read_bytes())).save(png, optimize=True)
    reader = EmbeddedReader()
    lines = [
        json.dumps({"recipe": recipe, **read(reader, picture(recipe))}, separators=(",", ":"))
        for recipe in recipes(COUNT)
    ]
    VECTORS.write_text('{"vectors":[\n' + ",\n".join(lines) + "\n]}\n")
    print(f"{len(lines)} vectors in {VECTORS}")


if __name__ == "__main__":
    main()
