"""Hostile pictures: each has its expected outcome, its blob is deleted, and none hangs."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.contract import Face, UnreadError
from functions.reader.azure_face import AzureFaceReader
from functions.reader.crop import crop
from functions.reader.detector import _CANDIDATES, FaceDetector, _distinct, _possible
from functions.reader.embedded import EmbeddedReader
from functions.reader.image import decode_frame
from tests.functions.conftest import App, Joined
from tests.functions.stub_face import KEY, StubFace
from tests.hostile.images import (
    HAPPY,
    HOSTILE,
    many_segments,
    on_its_head,
    saved,
    scans_one_by_one,
    scans_without_end,
    smile,
)

CORPUS = Path(__file__).parent / "corpus"
REFUSED = [
    name
    for name, (_, outcome) in HOSTILE.items()
    if outcome in ("unreadable", "too-large") and name != "no Huffman codes"  # seen when decoding
]
LIFETIME = 10  # s a frame may take; a larger picture that took longer would be told as late


@pytest.fixture(scope="module")
def reader() -> EmbeddedReader:
    """The reader that ships."""
    return EmbeddedReader()


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of damaged metadata
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_comes_to_what_it_should(
    make_app: Callable[..., App], reader: EmbeddedReader, name: str
) -> None:
    """The real function reads each picture from an upload: the room is told, the blob is gone."""
    make, wanted = HOSTILE[name]
    app = make_app(reader)
    ada = app.join(app.room())
    began = time.thread_time()
    (told,) = app.trigger(app.upload(ada, make()))
    assert time.thread_time() - began < LIFETIME
    assert _outcome(told) == wanted
    assert not [frame for frame in app.frames() if ada.room in frame]


def _outcome(told: dict[str, Any]) -> object:
    (body,) = told["arguments"]
    return body["faces"][0]["expression"] if told["target"] == "reading" else body["reason"]


def test_an_endless_picture_is_deleted_unread(make_app: Callable[..., App]) -> None:
    """A picture that is too large is reported and deleted before it is decoded."""
    app = make_app()
    ada: Joined = app.join(app.room())
    (told,) = app.trigger(app.upload(ada, HOSTILE["grey"][0]() + b"\0" * 5_000_000))
    assert _outcome(told) == "too-large"
    assert not [frame for frame in app.frames() if ada.room in frame]


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(st.sampled_from(sorted(CORPUS.iterdir())), st.data())
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_a_damaged_picture_is_faces_or_a_reason(
    reader: EmbeddedReader, file: Path, data: st.DataObject
) -> None:
    """A picture with damaged bytes gives faces or an `UnreadError`, and no other exception."""
    image = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(image) - 1)))
        end = min(len(image), at + data.draw(st.integers(0, 40)))
        image[at:end] = data.draw(
            st.one_of(st.binary(max_size=8), st.just(bytes(image[at:end]) * 3))
        )
    with contextlib.suppress(UnreadError):
        reader.read(bytes(image))


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_canvas_writes_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Both readers refuse progressive and multi-scan JPEGs before they decode them."""

    def decoded(*_: object, **__: object) -> tuple[Face, ...]:
        raise AssertionError("it was decoded")

    image = HOSTILE[name][0]()
    monkeypatch.setattr("functions.reader.image.Image.open", decoded)
    with StubFace() as azure:
        for reader in (EmbeddedReader(), AzureFaceReader(azure.url, KEY, decoded, patience=5)):
            with pytest.raises(UnreadError) as caught:
                reader.read(image)
            assert caught.value.reason == HOSTILE[name][1]
        assert not azure.requests


def test_a_photograph_of_ones_own_may_be_progressive_and_has_a_budget(
    reader: EmbeddedReader,
) -> None:
    """The command line reads progressive files, but none with a thousand scans."""
    (face,) = reader.read_photograph(saved(smile(), progressive=True))
    assert face.expression == HAPPY
    (face,) = reader.read_photograph(saved(smile().convert("CMYK")))
    assert face.expression == HAPPY
    for refused in (scans_without_end(60), scans_one_by_one(60), many_segments(0xFE, b"")):
        with pytest.raises(UnreadError):
            reader.read_photograph(refused)


def test_of_thousands_of_candidates_the_best_are_compared() -> None:
    """A picture of a thousand faces stays cheap: only the best candidates are compared."""
    found = np.zeros((10_000, 15), np.float32)
    found[:, 0] = np.arange(10_000) * 20
    found[:, 2:4] = 10
    found[:, 14] = np.linspace(0.3, 0.9, 10_000)
    kept = _distinct(found)
    assert kept == list(range(9_999, 9_999 - _CANDIDATES, -1))


@pytest.mark.parametrize("name", ["restarts that do not fit", "larger than its data", "noise"])
def test_what_a_small_file_costs_is_bounded(name: str) -> None:
    """A small JPEG cannot use much memory; one of 20 kB had used 100 MB."""
    read = (
        "import sys\n"
        "from functions.reader.image import decode_frame\n"
        "def peak():\n"
        "    return int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) / 1024\n"
        "before = peak()\n"
        "decode_frame(sys.stdin.buffer.read())\n"
        "print(peak() - before)"
    )
    image = HOSTILE[name][0]()
    done = subprocess.run(
        [sys.executable, "-c", read], input=image, capture_output=True, check=True
    )
    assert float(done.stdout) < 64  # MB


def test_a_face_on_its_head_that_fills_the_largest_picture_costs_little(
    reader: EmbeddedReader,
) -> None:
    """The eight rotations of a huge face stay cheap; they had taken 2 s and 190 MB."""
    pixels = decode_frame(on_its_head(1919))
    tracemalloc.start()
    try:
        (face,) = reader.read_pixels(pixels)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert face.expression == HAPPY
    assert peak < 64_000_000  # bytes


_NUMBERS = st.floats(width=32)


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(st.tuples(*[_NUMBERS] * 4), min_size=1, max_size=8))
def test_a_box_that_no_face_has_is_never_cropped(boxes: list[tuple[float, ...]]) -> None:
    """Whatever numbers a network gives, a crop of an accepted box fits into memory."""
    found = np.zeros((len(boxes), 15), np.float32)
    found[:, :4] = boxes
    pixels = np.zeros((48, 64), np.uint8)
    with np.errstate(all="ignore"):
        possible = found[_possible(found, 64, 48)]
    for row in possible:
        left, top, width, height = map(float, row[:4])
        assert crop(pixels, (left, top, width, height), side=48, scale=1.2).shape == (48, 48)


def test_a_giant_face_is_no_face(monkeypatch: pytest.MonkeyPatch) -> None:
    """A box of e^60 pixels, which the fuzzer found, is no face."""
    detector = FaceDetector()
    network = detector._network

    class Giant:
        @staticmethod
        def run(names: object, feeds: object) -> list[np.ndarray]:
            return [np.full_like(o, 60.0) for o in network.run(names, feeds)]

    monkeypatch.setattr(detector, "_network", Giant)
    assert detector.find(decode_frame((CORPUS / "face.jpg").read_bytes())) == []


def _fuzz(tmp_path: Path, runs: int) -> str:
    corpus = tmp_path / "corpus"
    shutil.copytree(CORPUS, corpus)
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.hostile.fuzz_images", f"-runs={runs}", "-seed=7",
            "-max_len=12000", "-timeout=30", "-rss_limit_mb=2000",
            f"-artifact_prefix={tmp_path}/find-", str(corpus),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stderr


def test_the_fuzzer_finds_nothing_soon(tmp_path: Path) -> None:
    """The fuzzer finds nothing in some hundred images, some with boxes that no network gives."""
    done = re.search(r"Done (\d+) runs", _fuzz(tmp_path, 300))
    assert done
    assert int(done[1]) >= 300


@pytest.mark.long
def test_the_fuzzer_finds_nothing_in_a_hundred_thousand_images(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fuzzer finds nothing in 100,000 images."""
    said = _fuzz(tmp_path, 100_000)
    with capsys.disabled():
        print("\n" + said.splitlines()[-1])
