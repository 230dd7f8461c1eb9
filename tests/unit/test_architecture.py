"""Imports follow the design, and each vocabulary has its own files."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Folders whose modules share one set of arrows, and may import each other.
ROOMS = ("functions.api",)
# What each room or module of the app may import of the app. Adapters never import each other.
ARROWS = {
    "function_app": {
        "functions",
        "functions.ages",
        "functions.api",
        "functions.audience",
        "functions.clock",
        "functions.connections",
        "functions.contract",
        "functions.device_readings",
        "functions.door",
        "functions.frame_counts",
        "functions.frames",
        "functions.identity",
        "functions.leftovers",
        "functions.limits",
        "functions.reader",
        "functions.reader.azure_face",
        "functions.reader.embedded",
        "functions.records",
        "functions.replay_cache",
        "functions.rooms",
        "functions.settings",
        "functions.tickets",
        "functions.upload_tickets",
        "functions.video",
        "functions.video.mesh",
        "functions.video.opentok",
        "functions.video.turn",
    },
    "functions.ages": set(),
    "functions.clock": set(),
    "functions.connection_strings": set(),
    "functions.connections": set(),
    "functions.contract": set(),
    "functions.settings": {
        "functions.connection_strings",
        "functions.contract",
        "functions.hub",
        "functions.limit_table",
    },
    "functions.limits": {"functions.contract", "functions.limit_table"},
    "functions.limit_table": set(),
    "functions.roster": {"functions.contract"},
    "functions.hub": {"functions.contract", "functions.roster"},
    "functions.ahead": set(),
    "functions.replay_cache": set(),
    "functions.frame_counts": {"functions.limits", "functions.replay_cache"},
    "functions.audience": {
        "functions",
        "functions.ahead",
        "functions.contract",
        "functions.hub",
        "functions.rooms",
    },
    "functions.device_readings": {
        "functions",
        "functions.audience",
        "functions.clock",
        "functions.contract",
        "functions.fields",
        "functions.hub",
        "functions.replay_cache",
    },
    "functions.names": {"functions.contract"},
    "functions.record_format": {"functions.contract", "functions.roster"},
    "functions.records": {
        "functions.clock",
        "functions.contract",
        "functions.record_format",
        "functions.roster",
    },
    "functions.seats": {
        "functions.contract",
        "functions.record_format",
        "functions.records",
        "functions.roster",
    },
    "functions.gone": {"functions.record_format", "functions.records", "functions.seats"},
    "functions.rooms": {
        "functions.contract",
        "functions.gone",
        "functions.names",
        "functions.record_format",
        "functions.records",
        "functions.roster",
        "functions.seats",
    },
    "functions.door": {
        "functions.contract",
        "functions.names",
        "functions.record_format",
        "functions.records",
        "functions.roster",
        "functions.seats",
    },
    "functions.fields": {"functions.contract"},
    "functions.tickets": {"functions.contract"},
    "functions.upload_tickets": {"functions.contract"},
    "functions.identity": {"functions.connections"},
    "functions.deletion": set(),
    "functions.failures": set(),
    "functions.leftovers": {
        "functions.clock",
        "functions.contract",
        "functions.deletion",
        "functions.failures",
        "functions.limits",
        "functions.records",
    },
    "functions.video": {"functions.contract"},
    "functions.video.mesh": {"functions.contract", "functions.video.turn"},
    "functions.video.turn": set(),
    "functions.video.opentok": {"functions.connections", "functions.contract"},
    "functions.api": {
        "functions",
        "functions.ages",
        "functions.ahead",
        "functions.audience",
        "functions.contract",
        "functions.device_readings",
        "functions.door",
        "functions.failures",
        "functions.fields",
        "functions.frame_counts",
        "functions.hub",
        "functions.limits",
        "functions.names",
        "functions.record_format",
        "functions.records",
        "functions.rooms",
        "functions.roster",
        "functions.tickets",
        "functions.upload_tickets",
        "functions.video",
    },
    "functions.frames": {
        "functions",
        "functions.audience",
        "functions.contract",
        "functions.deletion",
        "functions.failures",
        "functions.hub",
        "functions.reader",
        "functions.replay_cache",
    },
    "functions.reader": {"functions.contract"},
    "functions.reader.jpeg": {"functions.contract"},
    "functions.reader.image": {"functions.contract", "functions.reader.jpeg"},
    "functions.reader.network": set(),
    "functions.reader.crop": {"functions.reader.image"},
    "functions.reader.found": {"functions.reader.image"},
    "functions.reader.rolled": {
        "functions.reader.crop",
        "functions.reader.found",
        "functions.reader.image",
    },
    "functions.reader.detector": {
        "functions.reader",
        "functions.reader.found",
        "functions.reader.image",
        "functions.reader.network",
        "functions.reader.rolled",
    },
    "functions.reader.classifier": {
        "functions.contract",
        "functions.reader",
        "functions.reader.crop",
        "functions.reader.network",
    },
    "functions.reader.quality": {
        "functions.contract",
        "functions.reader.crop",
        "functions.reader.found",
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
    "functions.reader.azure_face": {
        "functions.clock",
        "functions.connections",
        "functions.contract",
        "functions.reader.image",
        "functions.reader.jpeg",
    },
    "functions.reader.__main__": {"functions.contract", "functions.reader.embedded"},
}

# Words that belong to one file each: whoever needs them elsewhere is missing a name there.
PYTHON_HOMES = {
    r"\bos\.environ\b": {"function_app.py", "functions/settings.py"},
    r"\bgenerate_blob_sas\b": {"functions/upload_tickets.py"},
    r"\bjwt\.": {"functions/tickets.py"},
    r"\bgroupName\b": {"functions/hub.py"},
    r"\bdef json_body\b": {"functions/api/request.py"},
    r"\bInputStream\b": {"functions/frames.py"},
    r"\bimport onnxruntime\b": {"functions/reader/network.py"},
    r"\bImage\.open\b": {"functions/reader/image.py"},
    r"\bUnreadReason\.TOO_SMALL\b": {"functions/reader/quality.py"},
    r"\bfaceRectangle\b": {"functions/reader/azure_face.py"},
    r"\bimport requests\b": {"functions/connections.py", "functions/reader/azure_face.py"},
    r"\bazure\.identity\b": {"functions/identity.py"},
    r"\btime\.sleep\b": {"functions/clock.py"},
    r"\bMediaModes\b": {"functions/video/opentok.py"},
}
TYPESCRIPT_HOMES = {
    r"\bnew RTCPeerConnection\b": {"call/mesh.ts"},
    r"\bOT\.": {
        "call/opentok.ts",
        "call/opentok-publication.ts",
        "call/opentok-remote.ts",
        "call/opentok-subscription.ts",
    },
    r"\bopentok\.min\.js\b": {"call/opentok-library.ts"},
    r"\bHubConnectionBuilder\b": {"wire/hub.ts"},
    r"\bconvertToBlob\b": {"frame/jpeg.ts"},
    r"\bx-ms-blob-type\b": {"frame/upload.ts"},
    r"\bfetch\(": {
        "wire/api.ts",
        "wire/hub-http.ts",
        "frame/upload.ts",
        "frame/reader/files.ts",
        "browser/config.ts",
        "main.tsx",
    },
}

LONGEST = 350  # lines of a module: beyond it there is a second idea that has no name yet
# What may be longer: strings grow with the page; each parameter of the deployment has its lines.
LONGER = {
    "frontend/src/words/strings.ts",
    "frontend/src/words/strings.ar.ts",
    "frontend/src/wire/openapi.d.ts",  # generated
    "infra/main.bicep",
}
TESTS = re.compile(r"^tests/|/testing/|\.test\.tsx?$")


def modules_of(*roots: str) -> Iterator[tuple[str, Path]]:
    """Each module in these files and folders, by its dotted name, with its file."""
    for root in roots:
        path = ROOT / root
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), file


def _room(module: str) -> str:
    return next((r for r in ROOMS if module == r or module.startswith(f"{r}.")), module)


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def imports_of(file: Path) -> set[str]:
    """The dotted names of all modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            within = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name for name in within if _is_module(name)}
    return names


def test_imports_follow_the_arrows() -> None:
    """Every module is listed, and imports only what the design allows it."""
    found: dict[str, set[str]] = {}
    for name, file in modules_of("function_app.py", "functions"):
        room = _room(name)
        imports = {_room(i) for i in imports_of(file) if i.split(".")[0] == "functions"}
        found.setdefault(room, set()).update(imports - {room} if room in ROOMS else imports)
    found.pop("functions")
    assert {name: imports - ARROWS.get(name, set()) for name, imports in found.items()} == {
        name: set() for name in ARROWS
    }


def test_no_arrow_is_listed_that_nothing_uses() -> None:
    """Every allowed import is used by some module."""
    unused = {name: set(may) for name, may in ARROWS.items()}
    for name, file in modules_of("function_app.py", "functions"):
        unused.get(_room(name), set()).difference_update(_room(i) for i in imports_of(file))
    assert {name: arrows for name, arrows in unused.items() if arrows} == {}


def test_no_arrow_leads_back() -> None:
    """The imports have no circle."""
    for name in graphlib.TopologicalSorter(ARROWS).static_order():
        assert name.split(".")[0] in {"functions", "function_app"}


def test_nothing_that_is_deployed_imports_what_is_not() -> None:
    """The app imports nothing of the local stack, the benches or the tests."""
    for _, file in modules_of("function_app.py", "functions"):
        roots = {name.split(".")[0] for name in imports_of(file)}
        assert not roots & {"local", "bench", "tests", "training", "function_app"}, file


def test_the_local_stack_knows_nothing_of_the_app() -> None:
    """The local stack imports nothing of the app."""
    for _, file in modules_of("local"):
        assert not any(name.startswith("functions") for name in imports_of(file)), file


def test_docstrings_speak_one_dialect() -> None:
    """Docstrings have Google's sections, and names in single backticks."""
    other = re.compile(r"^\s*:(param|raises|returns?|cvar|ivar|type)\b|(?<!`)``(?!`)", re.M)
    everywhere = ("function_app.py", "functions", "local", "bench", "checks", "infra", "training")
    for _, file in modules_of(*everywhere, "tests"):
        docstrings = (
            ast.get_docstring(node) or ""
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        )
        assert not any(other.search(docstring) for docstring in docstrings), file


def test_no_module_grows_long() -> None:
    """Each module has at most 350 lines, except the named ones, which have more."""
    kinds = ("*.py", "*.ts", "*.tsx", "*.css", "*.cjs", "*.sh", "*.bicep")
    listed = subprocess.run(
        ["git", "ls-files", "--", *kinds], cwd=ROOT, capture_output=True, text=True, check=True
    )
    modules = [path for path in listed.stdout.splitlines() if not TESTS.search(path)]
    assert modules
    lines = {path: len((ROOT / path).read_text().splitlines()) for path in modules}
    assert {path for path, count in lines.items() if count > LONGEST} == LONGER


@pytest.mark.parametrize(("word", "homes"), PYTHON_HOMES.items())
def test_each_vocabulary_of_the_app_has_one_home(word: str, homes: set[str]) -> None:
    """Terms of storage, tickets, hub and vision are only in the files about them."""
    found = {
        str(file.relative_to(ROOT))
        for _, file in modules_of("function_app.py", "functions")
        if re.search(word, file.read_text())
    }
    assert found == homes


@pytest.mark.parametrize(("word", "homes"), TYPESCRIPT_HOMES.items())
def test_each_vocabulary_of_the_page_has_one_home(word: str, homes: set[str]) -> None:
    """Terms of WebRTC, SignalR, canvas and uploads are only in the files about them."""
    source = ROOT / "frontend" / "src"
    found = {
        str(file.relative_to(source))
        for file in source.rglob("*.ts*")
        if ".test." not in file.name and re.search(word, file.read_text())
    }
    assert found <= homes
    assert found
