"""Pictures made to hurt: each by name, with what a frame of it must come to."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from functions.contract import FRAME_MAX_BYTES

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


def _scan(component: int, first: int, last: int, low: int) -> bytes:
    """A scan of one component without any data: ten bytes that walk over the whole picture."""
    return struct.pack(">BBHBBBBBB", 0xFF, 0xDA, 8, 1, component, 0, first, last, low)


def scans_without_end(count: int, *, side: int = 2048, progressive: bool = True) -> bytes:
    """So many scans of a large picture that hold nothing; a decoder walks every block for each."""
    data = saved(smile().convert("L"), progressive=progressive)
    data = claiming(data, width=side, height=side)
    start = data.index(b"\xff\xda")
    one = _scan(1, 1, 63, 0) if progressive else _scan(1, 0, 63, 0)
    return data[:start] + one * count + b"\xff\xd9"


def scans_one_by_one(count: int) -> bytes:
    """A baseline picture whose components come in scans of their own, again and again."""
    data = claiming(saved(smile()), width=2048, height=2048)
    start = data.index(b"\xff\xda")
    return data[:start] + b"".join(_scan(1 + n % 3, 0, 63, 0) for n in range(count)) + b"\xff\xd9"


def many_segments(marker: int, content: bytes) -> bytes:
    """As many segments of one kind as fit into a frame."""
    data = _plain()
    one = struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
    return data[:2] + one * ((FRAME_MAX_BYTES - len(data)) // len(one)) + data[2:]


def tables(marker: int, *, size: int) -> bytes:
    """Segments of one kind, each as full of tables as it can be."""
    data = _plain()
    one = (b"\x00" + b"\x01" * 64) if marker == 0xDB else b"\x00\x01" + b"\x00" * 16
    return many_segments(marker, one * (size // len(one))) if size else data


def restarts(every: int) -> bytes:
    """A picture that says to restart so often, with restarts in its data that do not fit."""
    data = with_segment(claiming(_plain(), width=2048, height=2048), 0xDD, struct.pack(">H", every))
    start = data.index(b"\xff\xda") + 14
    noise = b"".join(b"\x5a\xff" + bytes([0xD0 + n * 5 % 8]) for n in range(300_000))
    return data[:start] + noise + b"\xff\xd9"


def stuffed() -> bytes:
    """A scan of a megabyte in which every other byte is stuffed."""
    data = claiming(_plain(), width=2048, height=2048)
    start = data.index(b"\xff\xda") + 14
    return data[:start] + b"\xff\x00" * 490_000 + b"\xff\xd9"


def sampled(luma: int, chroma: int) -> bytes:
    """A picture whose frame header says other sampling factors (horizontal, vertical: 4 bits)."""
    data = bytearray(claiming(_plain(), width=2048, height=2048))
    at = data.index(b"\xff\xc0") + 10
    data[at + 1], data[at + 4], data[at + 7] = luma, chroma, chroma
    return bytes(data)


def as_kind(marker: int) -> bytes:
    """A baseline picture that says it is of another kind of JPEG."""
    data = bytearray(_plain())
    data[data.index(b"\xff\xc0") + 1] = marker
    return bytes(data)


def noise(side: int, quality: int, subsampling: int) -> bytes:
    """A picture with as much in it as a frame can hold."""
    pixels = np.random.default_rng(7).integers(0, 256, (side, side, 3), np.uint8)
    return saved(Image.fromarray(pixels), quality=quality, subsampling=subsampling)


def faces(side: int, across: int) -> bytes:
    """One face again and again, as many across as said."""
    sheet = Image.new("RGB", (side, side))
    head = Image.open(SMILE).convert("RGB").crop((165, 45, 285, 185))
    tile = head.resize((side // across, side // across))
    for number in range(across * across):
        sheet.paste(tile, (number % across * tile.width, number // across * tile.height))
    return saved(sheet, quality=60)


def on_its_head(side: int) -> bytes:
    """A face that fills the picture, and is looked for in all its turns."""
    head = Image.open(SMILE).convert("RGB").crop((170, 64, 280, 174)).rotate(180)
    return saved(head.resize((side, side), Image.Resampling.BICUBIC))


def _without_its_height() -> bytes:
    """Its height is zero, and comes after the scan."""
    data = claiming(_plain(), width=320, height=0)
    return data[:-2] + struct.pack(">BBHH", 0xFF, 0xDC, 4, 320) + b"\xff\xd9"


def _filled() -> bytes:
    """Fill bytes before every segment; a decoder takes them one by one."""
    data = _plain()
    return data[:2] + b"\xff" * 900_000 + data[2:]


HOSTILE: dict[str, Made] = {
    "scans without end": (lambda: scans_without_end(3_000), "unreadable"),
    "baseline scans without end": (
        lambda: scans_without_end(3_000, progressive=False),
        "unreadable",
    ),
    "components one by one": (lambda: scans_one_by_one(3_000), "unreadable"),
    "a second scan": (lambda: _plain()[:-2] + _scan(1, 0, 63, 0) + b"\xff\xd9", "unreadable"),
    "a first progressive scan": (lambda: scans_without_end(1), "unreadable"),
    "arithmetic coding": (lambda: as_kind(0xC9), "unreadable"),
    "extended": (lambda: as_kind(0xC1), "unreadable"),
    "lossless": (lambda: as_kind(0xC3), "unreadable"),
    "hierarchical": (lambda: as_kind(0xC5), "unreadable"),
    "comments without end": (lambda: many_segments(0xFE, b""), "unreadable"),
    "EXIF without end": (lambda: many_segments(0xE1, b"Exif\0\0MM"), "unreadable"),
    "Photoshop without end": (
        lambda: many_segments(0xED, b"Photoshop 3.0\0" + b"8BIM\0\0\0\0\0\0\0\0" * 5000),
        HAPPY,
    ),
    "Huffman tables without end": (lambda: tables(0xC4, size=64_000), "unreadable"),
    "small Huffman tables without end": (lambda: tables(0xC4, size=18), "unreadable"),
    "quantising tables without end": (lambda: tables(0xDB, size=64_000), "unreadable"),
    "restarts that do not fit": (lambda: restarts(1), "no-face"),
    "restarts never promised": (lambda: restarts(0), "no-face"),
    "stuffed": (stuffed, "no-face"),
    "sampled fourfold": (lambda: sampled(0x44, 0x11), "unreadable"),
    "sampled by three": (lambda: sampled(0x31, 0x13), "unreadable"),
    "more colour than light": (lambda: sampled(0x11, 0x22), "no-face"),
    "two frame headers": (
        lambda: with_segment(_plain(), 0xC0, b"\x08\x01\x40\x01\x40\x01\x01\x11\0"),
        "unreadable",
    ),
    "without its height": (_without_its_height, "unreadable"),
    "filled": (_filled, "unreadable"),
    "noise": (lambda: noise(1024, 50, 0), "no-face"),
    "hundreds of faces": (lambda: faces(640, 20), HAPPY),
    "a thousand faces": (lambda: faces(2048, 36), HAPPY),
    "a giant face on its head": (lambda: on_its_head(1919), HAPPY),
    "bomb by its header": (lambda: claiming(_plain(), width=65500, height=65500), "too-large"),
    "bomb of one line": (lambda: claiming(_plain(), width=65500, height=1), "too-large"),
    "bomb below the limit": (lambda: saved(Image.new("L", (2048, 2048))), "no-face"),
    "one pixel beyond the limit": (lambda: saved(Image.new("L", (2049, 1))), "too-large"),
    "thin": (lambda: saved(Image.new("RGB", (2048, 1))), "no-face"),
    "high": (lambda: saved(Image.new("RGB", (1, 2048))), "no-face"),
    "one pixel": (lambda: saved(Image.new("RGB", (1, 1))), "no-face"),
    "no pixel": (lambda: claiming(_plain(), width=0, height=0), "unreadable"),
    "larger than its data": (lambda: claiming(_plain(), width=2048, height=2048), "no-face"),
    "CMYK": (lambda: saved(smile().convert("CMYK")), "unreadable"),
    "grey": (lambda: saved(smile().convert("L")), HAPPY),
    "progressive": (lambda: saved(smile(), progressive=True), "unreadable"),
    "12 bits": (_twelve_bit, "unreadable"),
    "16 bits": (lambda: saved(Image.new("I;16", (64, 64)), "PNG"), "unreadable"),
    "progressive bomb": (_progressive_bomb, "unreadable"),
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
