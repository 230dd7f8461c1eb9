"""The segments of a JPEG file, parsed without decoding it (ITU-T T.81, annex B).

A small file can cost a decoder much work: a scan of ten bytes may walk over every block of the
picture, and a file may hold tens of thousands of scans. So a frame must be what a browser's canvas
writes; then the number of pixels bounds the work. A photograph gets a budget.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from functions.contract import FRAME_MAX_SIDE, UnreadError, UnreadReason

_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_SOF0, _DHT, _JPG, _DAC, _SOS, _DQT, _DRI, _APP0, _COM = (
    0xC0, 0xC4, 0xC8, 0xCC, 0xDA, 0xDB, 0xDD, 0xE0, 0xFE,
)  # fmt: skip
_FRAME_HEADERS = {*range(0xC0, 0xD0)} - {_DHT, _JPG, _DAC}
_IGNORED = {*range(_APP0, _APP0 + 16), _COM}
_SEGMENTS_MAX = 64  # a canvas writes about twelve
_TABLES_MAX = 2048  # bytes; two for quantising and four Huffman tables take 560
_PHOTOGRAPH_WORK = 200_000_000  # pixels × scans; 48 scans of the largest picture, half a second
_PHOTOGRAPH_SEGMENTS = 512

# Within a scan only a zero, a restart or another 0xFF follows 0xFF; anything else ends the scan.
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True)
class _Segment:
    """One marker with its content; a scan's coded data follow at `end`."""

    marker: int
    start: int
    content: bytes
    end: int


def baseline(data: bytes) -> bytes:
    """The same picture without metadata and without what follows its end.

    It must be what canvases write: baseline (one scan of all components, Huffman coded), 8 bits,
    grey or three components, none sampled at less than half of another. Its EXIF orientation is
    left out, too: a canvas has drawn the picture upright.

    Raises:
        UnreadError: `too-large` if a side is longer than `FRAME_MAX_SIDE`; `unreadable` if it is
            anything else.
    """
    kept = [_SOI]
    components = 0
    for segment in _segments(data, _SEGMENTS_MAX):
        content = segment.content
        if segment.marker == _SOS:
            if not components or content[:1] != bytes([components]):
                break
            end = _end_of_scan(data, segment.end)
            if data[end : end + 2] != _EOI:
                break
            return b"".join([*kept, data[segment.start : end], _EOI])
        if segment.marker in _FRAME_HEADERS:
            _require_size(content)
            if segment.marker != _SOF0 or components or not _is_a_canvas_s(content):
                break
            components = content[5]
        elif segment.marker in _IGNORED:
            if segment.marker != _APP0 or content[:5] != b"JFIF\0" or len(kept) > 1:
                continue
        elif segment.marker not in {_DHT, _DQT, _DRI} or len(content) > _TABLES_MAX:
            break
        kept.append(data[segment.start : segment.end])
    raise UnreadError(UnreadReason.UNREADABLE)


def require_photograph(data: bytes) -> None:
    """Refuse a JPEG of any kind that would take its decoder too long.

    Raises:
        UnreadError: as for `baseline`.
    """
    scans, pixels = 0, 0
    for segment in _segments(data, _PHOTOGRAPH_SEGMENTS):
        if segment.marker in _FRAME_HEADERS:
            width, height = _require_size(segment.content)
            pixels = max(pixels, width * height)
        elif segment.marker == _SOS:
            scans += 1
            if scans * pixels > _PHOTOGRAPH_WORK:
                break
            end = _end_of_scan(data, segment.end)
            if data[end : end + 2] == _EOI:
                return
    raise UnreadError(UnreadReason.UNREADABLE)


def _segments(data: bytes, most: int) -> Iterator[_Segment]:
    """The file's segments in order, up to a limit; ends at damage."""
    at = len(_SOI) if data[:2] == _SOI else len(data)
    for _ in range(most):
        length = int.from_bytes(data[at + 2 : at + 4])
        end = at + 2 + length
        if data[at : at + 1] != b"\xff" or length < 2 or end > len(data):
            return
        segment = _Segment(data[at + 1], at, data[at + 4 : end], end)
        yield segment
        at = _end_of_scan(data, end) if segment.marker == _SOS else end


def _end_of_scan(data: bytes, start: int) -> int:
    found = _END_OF_SCAN.search(data, start)
    return found.start() if found else len(data)


def _require_size(content: bytes) -> tuple[int, int]:
    """A frame header's width and height in pixels."""
    height, width = int.from_bytes(content[1:3]), int.from_bytes(content[3:5])
    if max(width, height) > FRAME_MAX_SIDE:
        raise UnreadError(UnreadReason.TOO_LARGE)
    if not (width and height):  # a height of zero means that it follows after the scan
        raise UnreadError(UnreadReason.UNREADABLE)
    return width, height


def _is_a_canvas_s(content: bytes) -> bool:
    """Whether a baseline frame header has a canvas's precision, components and sampling."""
    precision, components = content[0], content[5:6]
    sampling = {factor for byte in content[7::3] for factor in (byte >> 4, byte & 15)}
    return (
        precision == 8
        and components in (b"\1", b"\3")
        and len(content) == 6 + 3 * components[0]
        and sampling <= {1, 2}
    )
