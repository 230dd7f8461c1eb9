"""Every imported package is declared, not only present as another's dependency."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_OURS = {path.stem for path in ROOT.iterdir()}
_RUNS = ("requirements.in",)
_LOCALLY = (*_RUNS, "local/requirements.txt")
_ALL = (*_LOCALLY, "requirements-dev.txt")


def _declared(*files: str) -> set[str]:
    lines = (line for file in files for line in (ROOT / file).read_text().splitlines())
    names = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if not line.startswith("-"))
    return {_normal(name[0]) for name in names if name}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _imported(file: Path) -> Iterator[str]:
    """The modules of others that a file needs to be loaded or to do its work."""
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            if name.partition(".")[0] not in _OURS | sys.stdlib_module_names:
                yield name


@cache
def _brought() -> Mapping[str, list[str]]:
    """For each module that is installed, by which packages."""
    return packages_distributions()


def _distributions(module: str) -> set[str]:
    """Which packages bring it; `azure.core` and `azure.functions` have packages of their own."""
    top, *rest = module.split(".")
    found = {_normal(name) for name in _brought().get(top, ())}
    own = {name for name in found if rest and name.startswith(f"{top}-{rest[0]}")}
    return own or found


@pytest.mark.parametrize(
    ("folders", "files"),
    [
        (("function_app.py", "functions"), _RUNS),
        (("local", "infra"), _LOCALLY),
        (("tests", "bench", "checks"), _ALL),
    ],
    ids=["what is deployed", "what runs here", "tests and tools"],
)
def test_what_is_imported_is_declared(folders: tuple[str, ...], files: tuple[str, ...]) -> None:
    """Each imported package is in the requirements of the place where it runs.

    A module that no installed package brings is no requirement: docs/reader.md says who needs it.
    """
    declared = _declared(*files)
    paths = [ROOT / folder for folder in folders]
    sources = [p for path in paths for p in ([path] if path.is_file() else path.rglob("*.py"))]
    missing = {
        f"{file.relative_to(ROOT)}: {module}"
        for file in sources
        if "node_modules" not in file.parts
        for module in _imported(file)
        if (brought_by := _distributions(module)) and not brought_by & declared
    }
    assert missing == set()
