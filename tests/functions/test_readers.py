"""The embedded reader and Azure Face, old and new, pass the same tests."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from functions.contract import Expression, UnreadError
from functions.reader import FaceReader
from functions.reader.azure_face import AzureFaceReader
from functions.reader.embedded import EmbeddedReader
from tests.functions.stub_face import KEY, StubFace, face
from tests.functions.stub_server import Request, Response

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()


def jpeg(image: Image.Image) -> bytes:
    """A picture as the page would upload it."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()


def faces_of_different_size() -> bytes:
    """The smile three times, one larger than the other."""
    smile = Image.open(io.BytesIO(SMILE))
    sheet = Image.new("RGB", (640, 480), "grey")
    for left, side in ((0, 130), (130, 300), (430, 200)):
        sheet.paste(smile.resize((side, side)), (left, 40))
    return jpeg(sheet)


class SeeingFace(StubFace):
    """A resource that really looks for faces, with the embedded detector."""

    def detect(self, request: Request) -> Response:
        """Finds the faces first, then answers as every resource does."""
        width, height = Image.open(io.BytesIO(request.body)).size
        self.faces = [
            face(
                {
                    "left": round(found.box.x * width),
                    "top": round(found.box.y * height),
                    "width": round(found.box.width * width),
                    "height": round(found.box.height * height),
                }
            )
            for found in EmbeddedReader().read(request.body)
        ]
        return super().detect(request)


@pytest.fixture(params=["embedded", "azure", "azure with emotion"])
def reader(request: pytest.FixtureRequest) -> Iterator[FaceReader]:
    """Each reader that ships."""
    if request.param == "embedded":
        yield EmbeddedReader()
        return
    with SeeingFace(emotion=request.param == "azure with emotion") as azure:
        yield AzureFaceReader(azure.url, KEY, EmbeddedReader().read_boxes, patience=120)


def test_a_smile_is_happiness_where_the_face_is(reader: FaceReader) -> None:
    """One smile gives one happy face, with a box around it and scores that sum to 1."""
    (read,) = reader.read(SMILE)
    assert read.expression is Expression.HAPPINESS
    assert read.confidence > 0.5
    assert set(read.scores) == set(Expression)
    assert sum(read.scores.values()) == pytest.approx(1, abs=0.001)
    mouth, eyes = (0.42, 0.30), (0.42, 0.20)
    for x, y in (mouth, eyes):
        assert read.box.x < x < read.box.x + read.box.width
        assert read.box.y < y < read.box.y + read.box.height


def test_several_faces_come_largest_first(reader: FaceReader) -> None:
    """Each face has a box of its own."""
    read = reader.read(faces_of_different_size())
    middles = [round(face.box.x + face.box.width / 2, 1) for face in read]
    assert middles == [0.4, 0.8, 0.1]
    sizes = [face.box.width * face.box.height for face in read]
    assert sizes == sorted(sizes, reverse=True)


def test_no_face_is_an_empty_answer(reader: FaceReader) -> None:
    """A picture without a face gives an empty tuple."""
    assert reader.read(jpeg(Image.effect_noise((640, 480), 20))) == ()


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (b"", "unreadable"),
        (b"GIF89a" + b"x" * 2000, "unreadable"),
        (SMILE[: len(SMILE) // 2], "unreadable"),
        (jpeg(Image.new("L", (5000, 20))), "too-large"),
    ],
    ids=["empty", "gif", "truncated", "5000 px"],
)
def test_what_is_no_picture_says_so(reader: FaceReader, image: bytes, reason: str) -> None:
    """Every reader gives the same reason for bytes that are no picture."""
    with pytest.raises(UnreadError) as caught:
        reader.read(image)
    assert caught.value.reason == reason


def test_many_frames_can_be_read_at_once(reader: FaceReader) -> None:
    """One reader serves all threads of a worker."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(reader.read, [SMILE] * 12))
    assert answers == [answers[0]] * 12
    assert reader.name
