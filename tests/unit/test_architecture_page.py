"""The arrows, files, names and times of docs/architecture.md are right."""

from __future__ import annotations

import functools
import graphlib
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.test_architecture import ARROWS, imports_of, modules_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
# The folders of Python that are not the app; of `local`, its parts are drawn apart.
OTHERS = ("bench", "checks", "infra", "local", "tests", "training")
PARTS = ("local/functions_host", "local/signalr", "functions/reader", "functions/video")

Arrows = dict[str, set[str]]


def _drawn() -> Arrows:
    """What each room of the first picture points at, by the rooms' names in it."""
    picture = PAGE.read_text().split("```mermaid")[1].split("```")[0]
    names = dict(re.findall(r'^\s*(?:subgraph )?(\w+)\["([^"]+)"\]$', picture, re.M))
    arrows: Arrows = {name: set() for name in names.values()}
    for start, ends in re.findall(r"^\s*(\w+) --> (.+)$", picture, re.M):
        arrows[names[start]] |= {names[end] for end in ends.split(" & ")}
    return arrows


def _room(module: str) -> str:
    """The room of a module as the picture names it: a part, a file of the app, or a folder."""
    path = module.replace(".", "/")
    part = next((p for p in PARTS if path == p or path.startswith(f"{p}/")), None)
    if part or path in {"functions", "functions/api"}:
        return part or path
    return f"{path}.py" if path.startswith("function") else path.split("/")[0]


def _functions() -> Arrows:
    """What each part and file of the app imports, as the rules list it."""
    arrows: Arrows = {}
    for module, imported in ARROWS.items():
        # `from functions import hub` runs the empty package as well: no arrow worth drawing.
        rooms = {_room(name) for name in imported - {"functions"}}
        arrows.setdefault(_room(module), set()).update(rooms - {_room(module)})
    return arrows


@functools.cache
def _others() -> Arrows:
    """What each folder beside the app imports."""
    arrows: Arrows = {}
    for module, file in modules_of(*OTHERS):
        if "node_modules" in file.parts:
            continue
        rooms = set()
        for name in imports_of(file):
            root = name.split(".")[0]
            if root in {*OTHERS, "function_app"}:
                rooms.add(_room(name))
            elif root == "functions":  # to those outside, the app is one
                rooms.add(root)
        arrows.setdefault(_room(module), set()).update(rooms - {_room(module)})
    return arrows


def _page() -> Arrows:
    """The page's rooms as `arrows.test.ts` lists them, which holds the list against the imports."""
    text = (ROOT / "frontend" / "src" / "arrows.test.ts").read_text()
    rooms = text.split("= {", 1)[1].split("\n};", 1)[0]
    arrows = {
        room: set(re.findall(r"'([\w/]+)'", rule))
        for room, rule in re.findall(r"^  '?([\w./]+)'?: \{(.*?)\},$", rooms, re.M | re.S)
    }
    arrows["main.tsx"] = arrows.pop(".")
    return arrows


def _least(arrows: Mapping[str, set[str]]) -> Arrows:
    """The arrows without those that a longer way shows already (the transitive reduction)."""
    reached: Arrows = {}
    for room in graphlib.TopologicalSorter(arrows).static_order():
        below = arrows.get(room, set())
        reached[room] = below.union(*(reached[lower] for lower in below))
    return {
        room: below - set().union(*(reached[lower] for lower in below))
        for room, below in arrows.items()
    }


def _wanted(rooms: str) -> Arrows:
    """The arrows to draw of one of the picture's parts.

    The folders beside the app are few, and some import each other: all their arrows are drawn.
    """
    if rooms == "others":
        return _others()
    return _least(_page() if rooms == "page" else _functions())


@pytest.mark.parametrize("rooms", ["page", "functions", "others"])
def test_the_drawn_arrows_are_the_imports(rooms: str) -> None:
    """Exactly the imports are drawn, except those that a longer path replaces."""
    wanted, drawn = _wanted(rooms), _drawn()
    assert any(wanted.values())  # else nothing was compared
    assert {room: drawn.get(room) for room in wanted} == wanted


def test_no_room_is_drawn_that_is_none() -> None:
    """Every box of the picture is a folder or file of the page, the app or beside it."""
    assert set(_drawn()) == {*_functions(), *_others(), *_page(), "functions"}


def test_the_times_of_a_frame_are_the_measured_ones() -> None:
    """Each time in the second picture is in the table of docs/limits.md."""
    picture = PAGE.read_text().split("```mermaid")[2].split("```")[0]
    times = re.findall(r"([\d.]+) ms", picture)
    limits = (ROOT / "docs" / "limits.md").read_text()
    assert times
    assert [time for time in times if f"| {time} |" not in limits] == []


def _answers() -> list[tuple[str, str, str]]:
    rows = re.findall(r"^\| ([^|]+\?) \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(), re.M)
    return [(question, files, names) for question, files, names in rows]


def test_ten_questions_are_answered() -> None:
    """The page answers at least ten questions."""
    assert len(_answers()) >= 10


@pytest.mark.parametrize(("question", "files", "names"), _answers(), ids=lambda text: text[:40])
def test_an_answer_names_what_there_is(question: str, files: str, names: str) -> None:
    """The files of each answer exist, and each name is in one of them."""
    paths = re.findall(r"`([^`]+)`", files)
    wanted = re.findall(r"`([^`]+)`", names)
    assert paths, question
    assert wanted, question
    text = "\n".join((ROOT / path).read_text() for path in paths)
    assert [name for name in wanted if not re.search(rf"(?<!\w){re.escape(name)}\b", text)] == []


def test_each_path_of_the_page_is_there() -> None:
    """Each path in backticks exists."""
    prose = re.sub(r"```.*?```", "", PAGE.read_text(), flags=re.S)
    paths = [name for name in re.findall(r"`([^`\s]+)`", prose) if "/" in name]
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_readme_has_a_line_for_each_folder_of_the_page() -> None:
    """README's table names every folder of the page that holds modules."""
    readme = (ROOT / "README.md").read_text()
    folders = set(_page()) - {"main.tsx"}
    assert {f for f in folders if f"| `frontend/src/{f}/` |" not in readme} == set()
