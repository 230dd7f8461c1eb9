"""The design's arrows and rooms: who may import whom, and where each vocabulary is at home."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What each module of the app may import of the app. Adapters never import each other.
ARROWS = {
    "function_app": {
        "functions",
        "functions.audience",
        "functions.contract",
        "functions.frames",
        "functions.http_api",
        "functions.identity",
        "functions.leftovers",
        "functions.limits",
        "functions.reader",
        "functions.reader.azure_face",
        "functions.reader.embedded",
        "functions.replay_cache",
        "functions.rooms",
        "functions.settings",
        "functions.tickets",
        "functions.video",
        "functions.video.mesh",
        "functions.video.opentok",
    },
    "functions.contract": set(),
    "functions.settings": {"functions.limits"},
    "functions.limits": {"functions.contract"},
    "functions.hub": {"functions.contract"},
    "functions.ahead": set(),
    "functions.replay_cache": set(),
    "functions.audience": {
        "functions",
        "functions.ahead",
        "functions.contract",
        "functions.hub",
        "functions.rooms",
    },
    "functions.rooms": {"functions.contract"},
    "functions.tickets": {"functions.contract"},
    "functions.identity": set(),
    "functions.leftovers": set(),
    "functions.video": {"functions.contract"},
    "functions.video.mesh": {"functions.contract"},
    "functions.video.opentok": {"functions.contract"},
    "functions.http_api": {
        "functions",
        "functions.audience",
        "functions.contract",
        "functions.hub",
        "functions.limits",
        "functions.rooms",
        "functions.tickets",
        "functions.video",
    },
    "functions.frames": {
        "functions",
        "functions.ahead",
        "functions.audience",
        "functions.contract",
        "functions.hub",
        "functions.reader",
        "functions.replay_cache",
        "functions.rooms",
    },
    "functions.reader": {"functions.contract"},
    "functions.reader.image": {"functions.contract"},
    "functions.reader.network": set(),
    "functions.reader.crop": {"functions.reader.image"},
    "functions.reader.detector": {
        "functions.reader",
        "functions.reader.image",
        "functions.reader.network",
    },
    "functions.reader.classifier": {
        "functions.contract",
        "functions.reader",
        "functions.reader.network",
    },
    "functions.reader.quality": {
        "functions.contract",
        "functions.reader.crop",
        "functions.reader.detector",
        "functions.reader.image",
    },
    "functions.reader.embedded": {
        "functions.contract",
        "functions.reader",
        "functions.reader.classifier",
        "functions.reader.crop",
        "functions.reader.detector",
        "functions.reader.image",
        "functions.reader.quality",
    },
    "functions.reader.azure_face": {"functions.contract", "functions.reader.image"},
    "functions.reader.__main__": {"functions.contract", "functions.reader.embedded"},
}

# Words that belong to one file each: whoever needs them elsewhere is missing a name there.
PYTHON_HOMES = {
    r"\bos\.environ\b": {"function_app.py", "functions/settings.py"},
    r"\bgenerate_blob_sas\b": {"functions/tickets.py"},
    r"\bjwt\.": {"functions/tickets.py"},
    r"\bgroupName\b": {"functions/hub.py"},
    r"\bHttpRequest\b": {"functions/http_api.py"},
    r"\bInputStream\b": {"functions/frames.py"},
    r"\bimport onnxruntime\b": {"functions/reader/network.py"},
    r"\bImage\.open\b": {"functions/reader/image.py"},
    r"\bUnreadReason\.TOO_SMALL\b": {"functions/reader/quality.py"},
    r"\bfaceRectangle\b": {"functions/reader/azure_face.py"},
    r"\bimport requests\b": {"functions/reader/azure_face.py"},
    r"\bazure\.identity\b": {"functions/identity.py"},
    r"\bMediaModes\b": {"functions/video/opentok.py"},
}
TYPESCRIPT_HOMES = {
    r"\bnew RTCPeerConnection\b": {"call/mesh.ts"},
    r"\bOT\.": {"call/opentok.ts"},
    r"\bHubConnectionBuilder\b": {"hub.ts"},
    r"\bconvertToBlob\b": {"jpeg.ts"},
    r"\bx-ms-blob-type\b": {"upload.ts"},
    r"\bfetch\(": {"api.ts", "hub-http.ts", "upload.ts", "config.ts", "main.tsx"},
}


def _modules(*roots: str) -> Iterator[tuple[str, Path]]:
    for root in roots:
        path = ROOT / root
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), file


def _imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "functions":
                names |= {f"functions.{alias.name}" for alias in node.names}
    return names


def test_imports_follow_the_arrows() -> None:
    """Every module of the app imports only what the design lets it, and none is unlisted."""
    found = {
        name: {i for i in _imports(file) if i.split(".")[0] == "functions"}
        for name, file in _modules("function_app.py", "functions")
    }
    found.pop("functions")
    assert {name: imports - ARROWS.get(name, set()) for name, imports in found.items()} == {
        name: set() for name in ARROWS
    }


def test_nothing_that_is_deployed_imports_what_is_not() -> None:
    """The app runs without the local stack, the benches and the tests."""
    for _, file in _modules("function_app.py", "functions"):
        roots = {name.split(".")[0] for name in _imports(file)}
        assert not roots & {"local", "bench", "tests", "training", "function_app"}, file


def test_the_local_stack_knows_nothing_of_the_app() -> None:
    """The stand-ins would run any app: they import nothing of this one."""
    for _, file in _modules("local"):
        assert not any(name.startswith("functions") for name in _imports(file)), file


@pytest.mark.parametrize(("word", "homes"), PYTHON_HOMES.items())
def test_each_vocabulary_of_the_app_has_one_home(word: str, homes: set[str]) -> None:
    """A term of storage, tickets, hub or vision stands only in the file that is about it."""
    found = {
        str(file.relative_to(ROOT))
        for _, file in _modules("function_app.py", "functions")
        if re.search(word, file.read_text())
    }
    assert found == homes


@pytest.mark.parametrize(("word", "homes"), TYPESCRIPT_HOMES.items())
def test_each_vocabulary_of_the_page_has_one_home(word: str, homes: set[str]) -> None:
    """A term of WebRTC, SignalR, canvas or upload stands only in the file that is about it."""
    source = ROOT / "frontend" / "src"
    found = {
        str(file.relative_to(source))
        for file in source.rglob("*.ts*")
        if ".test." not in file.name and re.search(word, file.read_text())
    }
    assert found <= homes
    assert found
