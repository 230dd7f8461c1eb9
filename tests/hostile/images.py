"""Pictures made to hurt: each by name, with what a frame of it must come to."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

SMILE = Path(__file__).parents[1] / "faces" / "astronaut.jpg"
HAPPY = "happiness"
Made = tuple[Callable[[], bytes], str]

_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_HTML = b"<!doctype html><script>alert(1)</script>"


def smile() -> Image.Image:
    """Somebody who smiles, 320 pixels wide: small, so that many are read quickly."""
    return Image.open(SMILE).convert("RGB").resize((320, 320))


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """A picture as a file of this kind."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def claiming(data: bytes, *, width: int, height: int, precision: int = 8) -> bytes:
    """A JPEG whose frame header says another size or precision."""
    at = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2")) + 4
    return data[:at] + struct.pack(">BHH", precision, height, width) + data[at + 5 :]


def with_segment(data: bytes, marker: int, content: bytes) -> bytes:
    """A JPEG with one more segment right after its start."""
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + data[2:]


def _plain() -> bytes:
    return saved(smile())


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(smile(), exif=exif)


def _endless_exif() -> bytes:
    """A directory whose entries point at themselves, and whose counts are as large as can be."""
    entry = struct.pack(">HHLL", 0x8769, 4, 0xFFFFFFFF, 8)
    directory = struct.pack(">H", 0xFFFF) + entry * 20 + struct.pack(">L", 8)
    return with_segment(_plain(), 0xE1, b"Exif\0\0MM\0*\0\0\0\x08" + directory)


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.html", _HTML)
    return file.getvalue()


def _frames(kind: str) -> bytes:
    return saved(smile(), kind, save_all=True, append_images=[smile().rotate(90)])


def _twelve_bit() -> bytes:
    return claiming(_plain(), width=320, height=320, precision=12)


def _progressive_bomb() -> bytes:
    """All of its coefficients are kept until its last scan, and there is none."""
    small = saved(smile().convert("CMYK"), progressive=True)
    return claiming(small, width=2048, height=2048)


def _no_huffman() -> bytes:
    data = _plain()
    at = data.index(b"\xff\xc4")
    return data[: at + 5] + b"\xff" * 16 + data[at + 21 :]


def _zero_quantisation() -> bytes:
    data = _plain()
    at = data.index(b"\xff\xdb")
    return data[: at + 5] + b"\0" * 64 + data[at + 69 :]


HOSTILE: dict[str, Made] = {
    "bomb by its header": (lambda: claiming(_plain(), width=65500, height=65500), "too-large"),
    "bomb of one line": (lambda: claiming(_plain(), width=65500, height=1), "too-large"),
    "bomb below the limit": (lambda: saved(Image.new("L", (2048, 2048))), "no-face"),
    "one pixel beyond the limit": (lambda: saved(Image.new("L", (2049, 1))), "too-large"),
    "thin": (lambda: saved(Image.new("RGB", (2048, 1))), "no-face"),
    "high": (lambda: saved(Image.new("RGB", (1, 2048))), "no-face"),
    "one pixel": (lambda: saved(Image.new("RGB", (1, 1))), "no-face"),
    "no pixel": (lambda: claiming(_plain(), width=0, height=0), "unreadable"),
    "larger than its data": (lambda: claiming(_plain(), width=2048, height=2048), "no-face"),
    "CMYK": (lambda: saved(smile().convert("CMYK")), HAPPY),
    "grey": (lambda: saved(smile().convert("L")), HAPPY),
    "progressive": (lambda: saved(smile(), progressive=True), HAPPY),
    "12 bits": (_twelve_bit, "unreadable"),
    "16 bits": (lambda: saved(Image.new("I;16", (64, 64)), "PNG"), "unreadable"),
    "progressive bomb": (_progressive_bomb, "no-face"),
    "two pictures in one": (lambda: _frames("MPO"), HAPPY),
    "animated GIF": (lambda: _frames("GIF"), "unreadable"),
    "animated PNG": (lambda: _frames("PNG"), "unreadable"),
    "animated WebP": (lambda: _frames("WEBP"), "unreadable"),
    "TIFF": (lambda: saved(smile(), "TIFF"), "unreadable"),
    "BMP": (lambda: saved(smile(), "BMP"), "unreadable"),
    "PDF": (lambda: saved(smile(), "PDF"), "unreadable"),
    "SVG": (lambda: _SVG, "unreadable"),
    "HTML": (lambda: _HTML, "unreadable"),
    "ZIP": (_zip, "unreadable"),
    "JPEG that is a ZIP": (lambda: _plain() + _zip(), HAPPY),
    "JPEG that is HTML": (lambda: with_segment(_plain(), 0xFE, _HTML), HAPPY),
    "HTML before a JPEG": (lambda: _HTML + _plain(), "unreadable"),
    "endless EXIF": (_endless_exif, HAPPY),
    "EXIF of noise": (lambda: with_segment(_plain(), 0xE1, b"Exif\0\0" + b"\xff" * 999), HAPPY),
    "orientation 99": (lambda: _exif(99), HAPPY),
    "colour profile of noise": (lambda: saved(smile(), icc_profile=b"\xff" * 9999), HAPPY),
    "no Huffman codes": (_no_huffman, "unreadable"),
    "quantised by zero": (_zero_quantisation, "no-face"),
    "only a start": (lambda: b"\xff\xd8", "unreadable"),
    "start and end": (lambda: b"\xff\xd8\xff\xd9", "unreadable"),
    "starts without end": (lambda: b"\xff\xd8" * 50_000, "unreadable"),
    "markers without end": (lambda: b"\xff\xd8" + b"\xff" * 500_000, "unreadable"),
    "zeros": (lambda: b"\0" * 500_000, "unreadable"),
    "nothing": (lambda: b"", "unreadable"),
    **{
        f"cut at {percent} %": (
            lambda percent=percent: _plain()[: len(_plain()) * percent // 100],  # type: ignore[misc]
            "unreadable",
        )
        for percent in (1, 10, 50, 90, 99)
    },
}
