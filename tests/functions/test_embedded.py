"""The embedded reader finds faces, refuses unclear ones, and takes another classifier."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from functions.contract import FACES_MAX, Expression, UnreadError, UnreadReason
from functions.reader import classifier, quality
from functions.reader.classifier import ExpressionClassifier, SidecarError
from functions.reader.crop import crop
from functions.reader.detector import FaceDetector
from functions.reader.embedded import EmbeddedReader
from functions.reader.found import FoundFace
from functions.reader.image import decode_frame, to_grey

Tensor = npt.NDArray[np.float32]

SMILE = Path(__file__).parents[1] / "faces" / "astronaut.jpg"
HEAD = (130, 10, 310, 210)  # where the head is in it, in pixels
FACES = SMILE.parent
DEMONSTRATION = Path(__file__).parents[2] / "local/site/demonstration"
FACE_HEIGHT = 111  # px, of the detector's box in it


@pytest.fixture(scope="module")
def reader() -> EmbeddedReader:
    """The reader with its own model."""
    return EmbeddedReader()


def jpeg(picture: Image.Image, **options: object) -> bytes:
    """A picture as the page would upload it."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80, **options)
    return file.getvalue()


def smile() -> Image.Image:
    """The public-domain photograph of somebody who smiles."""
    return Image.open(SMILE).convert("RGB")


def frame(*faces: tuple[int, int], head: Image.Image | None = None) -> Image.Image:
    """A 640 × 480 frame with heads: for each the left edge and the face's height, in pixels."""
    wall = Image.new("RGB", (640, 480), (150, 140, 130))
    for left, height in faces:
        pasted = ImageOps.scale(head or smile().crop(HEAD), height / FACE_HEIGHT)
        wall.paste(pasted, (left, 40))
    return wall


def landscape() -> Image.Image:
    """Sky, sun, hills and a field."""
    picture = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((480, 40, 560, 120), fill=(255, 240, 180))
    draw.polygon(
        [(0, 300), (160, 180), (330, 310), (480, 220), (640, 330), (640, 480), (0, 480)],
        fill=(60, 90, 60),
    )
    for row in range(340, 480, 12):
        draw.line((0, row, 640, row + 20), fill=(90, 140, 60), width=4)
    return picture


def drawing() -> Image.Image:
    """A house and a tree, in outline."""
    picture = Image.new("RGB", (640, 480), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((120, 220, 340, 420), outline="black", width=5)
    draw.polygon([(100, 220), (230, 100), (360, 220)], outline="black", width=5)
    draw.rectangle((200, 320, 260, 420), outline="black", width=5)
    draw.line((480, 420, 480, 280), fill="black", width=9)
    draw.ellipse((420, 160, 540, 300), outline="black", width=5)
    return picture


def test_a_mirrored_picture_has_the_same_reading_and_the_mirrored_box(
    reader: EmbeddedReader,
) -> None:
    """A mirrored picture gives the same scores and the mirrored box."""
    (read,), (mirrored,) = reader.read(jpeg(smile())), reader.read(jpeg(ImageOps.mirror(smile())))
    assert mirrored.expression is read.expression is Expression.HAPPINESS
    for expression in Expression:
        assert mirrored.scores[expression] == pytest.approx(read.scores[expression], abs=0.1)
    assert mirrored.box.x == pytest.approx(1 - read.box.x - read.box.width, abs=0.02)
    assert mirrored.box.y == pytest.approx(read.box.y, abs=0.02)


def test_two_faces_keep_their_boxes(reader: EmbeddedReader) -> None:
    """Two faces are read in their own boxes, the larger one first."""
    near, far = reader.read(jpeg(frame((40, 90), (360, 150))))
    assert near.box.x == pytest.approx(0.66, abs=0.05)
    assert far.box.x == pytest.approx(0.12, abs=0.05)
    assert [near.expression, far.expression] == [Expression.HAPPINESS] * 2


@pytest.mark.parametrize("picture", [landscape(), drawing()], ids=["landscape", "drawing"])
def test_where_no_face_is_none_is_found(reader: EmbeddedReader, picture: Image.Image) -> None:
    """No face is found in a picture of a landscape or of a house."""
    assert reader.read(jpeg(picture)) == ()


def test_small_faces_in_a_group_and_one_that_fills_the_picture_are_found(
    reader: EmbeddedReader,
) -> None:
    """Six small faces are found, and so is one that nearly fills the picture."""
    group = frame(*((column * 105, 40) for column in range(6)))
    assert len(reader.read(jpeg(group))) == 6
    (close,) = reader.read(jpeg(smile().crop((165, 45, 285, 185)).resize((480, 560))))
    assert close.box.height > 0.6


def test_a_small_face_beside_a_large_one_is_found(reader: EmbeddedReader) -> None:
    """A small face in the background is found beside a large one."""
    assert len(reader.read(jpeg(frame((10, 200), (420, 48))))) == 2


def test_of_a_crowd_the_largest_faces_are_read(reader: EmbeddedReader) -> None:
    """Only the largest faces are read, up to the limit that bounds a frame's cost."""
    crowd = Image.new("RGB", (640, 480), (150, 140, 130))
    for number in range(12):
        side = 40 + 4 * number
        head = ImageOps.scale(smile().crop(HEAD), side / FACE_HEIGHT)
        crowd.paste(head, (10 + number % 4 * 155, 5 + number // 4 * 160))
    read = reader.read(jpeg(crowd))
    assert len(read) == FACES_MAX
    assert min(face.box.height for face in read) * 480 > 50


def test_a_photographs_exif_orientation_is_heeded(reader: EmbeddedReader) -> None:
    """A photograph stored on its side is read upright; its box fits the displayed picture."""
    (upright,) = reader.read(jpeg(smile()))
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    lying = jpeg(smile().transpose(Image.Transpose.ROTATE_90), exif=exif)
    (turned,) = reader.read_photograph(lying)
    assert turned.expression is upright.expression
    for side in ("x", "y", "width", "height"):
        assert getattr(turned.box, side) == pytest.approx(getattr(upright.box, side), abs=0.03)


def test_a_large_photograph_is_decoded_small_and_read_the_same(reader: EmbeddedReader) -> None:
    """A picture of three times the size gives the same box as fractions, and is decoded smaller."""
    large = jpeg(smile().resize((2000, 2000)))
    assert decode_frame(large, enough=960).shape == (1000, 1000, 3)
    (read,) = reader.read(large)
    (small,) = reader.read(jpeg(smile()))
    assert read.expression is small.expression
    assert read.box.x == pytest.approx(small.box.x, abs=0.03)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (smile().crop(HEAD).filter(ImageFilter.GaussianBlur(10)), UnreadReason.BLURRED),
        (smile().crop(HEAD).point(lambda level: level // 64), UnreadReason.TOO_DARK),
    ],
    ids=["blurred", "too dark"],
)
def test_what_cannot_be_read_honestly_says_why(head: Image.Image, reason: UnreadReason) -> None:
    """A face without what an expression needs is refused with its own reason."""
    pixels = np.asarray(frame((200, 200), head=head).convert("L"))
    clear = np.asarray(frame((200, 200)).convert("L"))
    (face,) = FaceDetector().find(np.asarray(frame((200, 200))))
    assert quality.fault(clear, face) is None
    assert quality.fault(pixels, face) is reason


@pytest.mark.parametrize(
    ("nose", "side", "reason"),
    [
        ((60.0, 60.0), 100, None),
        ((85.0, 60.0), 100, UnreadReason.TURNED_AWAY),
        ((60.0, 60.0), 12, UnreadReason.TOO_SMALL),
    ],
    ids=["into the camera", "profile", "tiny"],
)
def test_a_profile_and_a_tiny_face_are_refused(
    nose: tuple[float, float], side: int, reason: UnreadReason | None
) -> None:
    """A profile is refused by its nose's place, a tiny face by its box."""
    points = np.array([(50, 40), (70, 40), nose, (52, 80), (68, 80)], np.float32)
    noise = np.random.default_rng(0).integers(0, 256, (120, 120)).astype(np.uint8)
    assert quality.fault(noise, FoundFace((10, 10, side, side), points, 0.9, 0.75)) is reason


@pytest.mark.parametrize("name", ["cut-smile-mouth", "cut-neutral-chin"])
def test_a_face_partly_outside_the_picture_is_refused(reader: EmbeddedReader, name: str) -> None:
    """A face without mouth or chin is refused, because it resembles another expression."""
    with pytest.raises(UnreadError) as caught:
        reader.read((FACES / f"{name}.jpg").read_bytes())
    assert caught.value.reason is UnreadReason.CUT_OFF


@pytest.mark.parametrize("turns", range(4), ids=["chin", "left", "brow", "right"])
@pytest.mark.parametrize("kept", [0.75, 0.6, 0.5])
def test_no_edge_may_cut_a_face(reader: EmbeddedReader, turns: int, kept: float) -> None:
    """A face cut at any of its four sides is refused or not found, never read."""
    told: list[object] = []
    left, top, width, height = 180, 63, 89, 111  # the detector's box
    keep = [
        (0, 0, 512, top + kept * height),
        (left + (1 - kept) * width, 0, 512, 512),
        (0, top + (1 - kept) * height, 512, 512),
        (0, 0, left + kept * width, 512),
    ][turns]
    try:
        told += reader.read(jpeg(smile().crop(keep)))
    except UnreadError as unread:
        told += [unread.reason]
    assert told in ([], [UnreadReason.CUT_OFF])


@pytest.mark.parametrize("grey", [0, 128, 255])
@pytest.mark.parametrize("turns", range(4), ids=["chin", "left", "brow", "right"])
def test_a_bar_around_the_picture_cuts_a_face_as_an_edge_does(
    reader: EmbeddedReader, turns: int, grey: int
) -> None:
    """A face cut by a bar of one colour is refused; a whole face between bars is read."""
    left, top, width, height = 180, 63, 89, 111  # the detector's box
    keep = [
        (0, 0, 512, top + 0.75 * height),
        (left + 0.35 * width, 0, 512, 512),
        (0, top + 0.3 * height, 512, 512),
        (0, 0, left + 0.65 * width, 512),
    ][turns]
    with pytest.raises(UnreadError) as caught:
        reader.read(jpeg(ImageOps.expand(smile().crop(keep), 80, (grey,) * 3)))
    assert caught.value.reason is UnreadReason.CUT_OFF
    (whole,) = reader.read(jpeg(ImageOps.expand(smile(), 80, (grey,) * 3)))
    assert whole.expression is Expression.HAPPINESS


def test_half_a_face_at_the_edge_is_no_whole_one(reader: EmbeddedReader) -> None:
    """Half a neutral face, whose points the detector puts on that half, is not read as happy."""
    with Image.open(DEMONSTRATION / "neutral.jpg") as picture:
        half = jpeg(picture.crop((0, 0, 236, 480)))
    with pytest.raises(UnreadError) as caught:
        reader.read(half)
    assert caught.value.reason is UnreadReason.CUT_OFF


def test_a_part_of_a_face_is_no_other_face(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the detector finds inside a larger face, an eye, is left out; a neighbour is not."""

    def candidate(left: float, top: float, side: float) -> list[float]:
        points = [place + side * share for share in (0.3, 0.7) for place in (left, top)]
        return [left, top, side, side, *points, *points, left, top, 0.92]

    boxes = [(20, 20, 100), (30, 40, 30), (100, 60, 60)]
    found = np.array([candidate(*box) for box in boxes], np.float32)
    monkeypatch.setattr(FaceDetector, "_look", lambda *_: found)
    seen = FaceDetector().find(np.zeros((200, 200, 3), np.uint8))
    assert [face.box[:3] for face in seen] == [boxes[0], boxes[2]]


@pytest.mark.parametrize("degrees", range(-165, 181, 15))
def test_a_rolled_face_is_read_upright(reader: EmbeddedReader, degrees: int) -> None:
    """A face rolled by any angle has the upright face's expression, at its own place."""
    (read,) = reader.read(jpeg(frame((200, 160)).rotate(degrees, fillcolor=(150, 140, 130))))
    (upright,) = reader.read(jpeg(frame((200, 160))))
    assert read.expression is upright.expression is Expression.HAPPINESS
    assert read.scores[Expression.HAPPINESS] > 0.9
    offset = complex(
        (upright.box.x + upright.box.width / 2 - 0.5) * 640,
        (upright.box.y + upright.box.height / 2 - 0.5) * 480,
    )
    moved = offset * np.exp(-1j * np.radians(degrees))  # downwards is positive in a picture
    assert (read.box.x + read.box.width / 2 - 0.5) * 640 == pytest.approx(moved.real, abs=15)
    assert (read.box.y + read.box.height / 2 - 0.5) * 480 == pytest.approx(moved.imag, abs=15)


@pytest.mark.parametrize("name", ["sideways-smile", "upside-down-smile"])
def test_a_photograph_on_its_side_or_head_is_read_upright(
    reader: EmbeddedReader, name: str
) -> None:
    """A rotated smile is read as one happy face, without a second one upside down."""
    (read,) = reader.read((FACES / f"{name}.jpg").read_bytes())
    assert read.expression is Expression.HAPPINESS
    assert not read.unsure


@pytest.mark.parametrize(("wide", "high"), [(0.5, 1), (0.6, 1), (1, 0.5), (1, 0.6)])
def test_a_squeezed_face_is_unsure(reader: EmbeddedReader, wide: float, high: float) -> None:
    """A face in a picture scaled by different factors is unsure."""
    seen = frame((200, 200))
    (read,) = reader.read(jpeg(seen.resize((round(640 * wide), round(480 * high)))))
    assert read.unsure
    squeezed = (FACES / "squeezed-half-neutral.jpg").read_bytes()
    assert all(face.unsure for face in reader.read(squeezed))


@pytest.mark.parametrize("aspect", [0.65, 0.88])
def test_a_slim_or_broad_face_is_unsure_if_the_detector_is(aspect: float) -> None:
    """A shape that some heads have is a sign of squeezing only with a low score."""
    points = np.zeros((5, 2), np.float32)
    assert not quality.squeezed(FoundFace((0, 0, 9, 9), points, 0.93, aspect))
    assert quality.squeezed(FoundFace((0, 0, 9, 9), points, 0.8, aspect))


def test_a_frame_whose_every_face_is_refused_is_unread(
    reader: EmbeddedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If all faces are refused, the largest one's reason is sent; one readable face is enough."""
    both = jpeg(frame((40, 90), (360, 150)))
    monkeypatch.setattr(quality, "fault", lambda *_: UnreadReason.TOO_DARK)
    with pytest.raises(UnreadError) as caught:
        reader.read(both)
    assert caught.value.reason is UnreadReason.TOO_DARK
    faults = iter([UnreadReason.BLURRED, None])
    monkeypatch.setattr(quality, "fault", lambda *_: next(faults))
    (left,) = reader.read(both)
    assert left.box.x < 0.3


def test_a_crop_is_the_square_around_the_box_and_repeats_the_edge() -> None:
    """A crop beyond the picture repeats the picture's edge."""
    pixels = np.zeros((60, 80), np.uint8)
    pixels[:, 40:] = 200
    inside = crop(pixels, (30, 20, 20, 20), side=10, scale=1.0)
    assert (inside[:, :5] == 0).all()
    assert (inside[:, 5:] == 200).all()
    beyond = crop(np.stack([pixels] * 3, 2), (70, -20, 20, 40), side=10, scale=1.0)
    assert beyond.shape == (10, 10, 3)
    assert (beyond == 200).all()


def other_model(folder: Path, sidecar: object) -> Path:
    """The shipped classifier under another name, with this sidecar."""
    model = folder / "other.onnx"
    shutil.copyfile(classifier.MODEL, model)
    model.with_suffix(".json").write_text(json.dumps(sidecar))
    return model


def test_the_shipped_sidecar_is_that_of_the_shipped_model() -> None:
    """The sidecar's hash is the shipped model's."""
    sidecar = json.loads(classifier.MODEL.with_suffix(".json").read_text())
    assert hashlib.sha256(classifier.MODEL.read_bytes()).hexdigest() == sidecar["sha256"]


def test_another_classifier_takes_its_place_with_a_sidecar(tmp_path: Path) -> None:
    """A sidecar gives a model's labels in their order, and readings carry the model's name."""
    labels = list(Expression)
    swapped = [*labels[:4], labels[5], labels[4], *labels[6:]]
    reader = EmbeddedReader(other_model(tmp_path, {"labels": swapped, "unsure_below": 1.0}))
    (read,) = reader.read(jpeg(smile()))
    assert read.expression is Expression.NEUTRAL  # what the labels now call a smile
    assert read.unsure
    assert reader.name == "embedded (other)"


def test_doubt_begins_where_the_sidecar_says(tmp_path: Path) -> None:
    """The sidecar's threshold decides whether a face is unsure."""
    (read,) = EmbeddedReader(other_model(tmp_path, {"unsure_below": 0.1})).read(jpeg(smile()))
    assert not read.unsure


def test_where_one_look_leaves_doubt_the_mirror_image_is_asked_too(tmp_path: Path) -> None:
    """A doubtful face is also scored mirrored; it and its mirror image then score the same."""
    grey = to_grey(decode_frame(SMILE.read_bytes()))
    face = crop(grey, (200, 60, 110, 110), side=48, scale=1)  # half of one, so that doubt is left
    faces = np.stack([face, face[:, ::-1]])
    one, two = ExpressionClassifier(other_model(tmp_path, {})).scores(faces)
    assert not np.allclose(one, two, atol=1e-4)
    both = ExpressionClassifier(other_model(tmp_path, {"mirror_below": 1.0})).scores(faces)
    assert both == pytest.approx(np.stack([(one + two) / 2] * 2), abs=1e-5)


def test_the_second_look_may_be_closer(tmp_path: Path) -> None:
    """The mirror image may be cropped closer; the scores are the mean of both."""
    grey = to_grey(decode_frame(SMILE.read_bytes()))
    face = crop(grey, (200, 60, 110, 110), side=48, scale=1)
    once = ExpressionClassifier(other_model(tmp_path, {}))
    near = Image.fromarray(face).resize((48, 48), Image.Resampling.BILINEAR, box=(8, 8, 40, 40))
    one, two = once.scores(np.stack([face, np.asarray(near)[:, ::-1]]))
    both = ExpressionClassifier(other_model(tmp_path, {"mirror_below": 1.0, "closer": 1.5}))
    assert both.scores(face[None])[0] == pytest.approx((one + two) / 2, abs=1e-5)


@pytest.mark.parametrize(
    "sidecar",
    [
        [],
        {"labels": ["anger", "boredom"]},
        {"labels": ["anger", "anger"]},
        {"labels": []},
        {"input": {"channels": 2}},
        {"input": {"size": "large"}},
        {"input": {"name": "picture"}},
        {"input": {"mean": [1, 2, 3]}},
        {"input": {"deviation": 0}},
        {"output": "feelings"},
        {"unsure_below": 40},
        {"mirror_below": -1},
        {"closer": 0.5},
    ],
    ids=str,
)
def test_a_sidecar_that_does_not_fit_is_refused(tmp_path: Path, sidecar: object) -> None:
    """A sidecar that does not match its model stops the reader at the start."""
    with pytest.raises(SidecarError):
        ExpressionClassifier(other_model(tmp_path, sidecar))


def test_logits_become_scores_where_the_sidecar_says_so(tmp_path: Path) -> None:
    """The softmax of a network's logits equals the scores of the same network with softmax."""
    face = crop(to_grey(decode_frame(SMILE.read_bytes())), (170, 60, 110, 110), side=48, scale=1)
    plain = ExpressionClassifier(other_model(tmp_path, {})).scores(face[None])
    logits = other_model(tmp_path, {"output": "logits", "softmax": True})
    assert ExpressionClassifier(logits).scores(face[None]) == pytest.approx(plain, abs=1e-4)


class StubNetwork:
    """A network of seven labels over RGB faces, which keeps what it was given."""

    def __init__(self) -> None:
        self.given: Tensor = np.empty((0, 3, 0, 0), np.float32)

    def get_inputs(self) -> list[SimpleNamespace]:
        """Its one input."""
        return [SimpleNamespace(name="image")]

    def get_outputs(self) -> list[SimpleNamespace]:
        """Its one output."""
        return [SimpleNamespace(name="scores")]

    def run(self, _: list[str], inputs: dict[str, Tensor]) -> list[Tensor]:
        """The first label is certain."""
        self.given = inputs["image"]
        return [np.eye(7, dtype=np.float32)[: len(self.given)]]


def test_size_channels_normalisation_and_labels_are_the_sidecars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network gets the input that its sidecar describes; a missing label scores zero."""
    network = StubNetwork()
    monkeypatch.setattr("functions.reader.network.load", lambda _: network)
    labels = [expression for expression in Expression if expression is not Expression.CONTEMPT]
    given = {"name": "image", "size": 20, "channels": 3, "mean": [10, 20, 30], "deviation": 5}
    reader = EmbeddedReader(other_model(tmp_path, {"labels": labels[::-1], "input": given}))
    monkeypatch.undo()
    (read,) = reader.read_boxes(np.full((40, 40, 3), 50, np.uint8), [(10, 10, 20, 20)])
    assert list(network.given.shape) == [1, 3, 20, 20]
    assert network.given[0, :, 0, 0].tolist() == [8, 6, 4]
    assert read.expression is labels[-1]
    assert read.scores[Expression.CONTEMPT] == 0
