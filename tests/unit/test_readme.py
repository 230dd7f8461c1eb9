"""The README's commands and paths exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_every_make_target_exists() -> None:
    """Each `make X` in README and CONTRIBUTING is a target of the Makefile."""
    text = README + (ROOT / "CONTRIBUTING.md").read_text()
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make (run|[a-z]+(?:-[a-z]+)*)(?=[`\s])", text)) <= targets | {"make"}


def test_every_module_it_runs_exists() -> None:
    """Each `python -m X` in the README exists."""
    for module in re.findall(r"python -m ([\w.]+)", README):
        assert importlib.util.find_spec(module), module


def test_every_path_it_names_exists() -> None:
    """Each link and each folder of the README's table exists."""
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    folders = [p for row in re.findall(r"^\| (`.*?) \|", README, re.MULTILINE) for p in _paths(row)]
    for path in [*links, *folders]:
        assert (ROOT / path).exists(), path


def test_every_path_of_the_glossary_exists() -> None:
    """Each file and folder that the glossary names exists."""
    paths = re.findall(
        r"`((?:functions|frontend)/[\w./-]+)`", (ROOT / "docs/glossary.md").read_text()
    )
    assert paths
    for path in paths:
        assert (ROOT / path).exists(), path


def test_every_test_of_the_page_on_phones_exists() -> None:
    """Each test that docs/browsers.md names is a function or a file of the project."""
    named = re.findall(r"`(test_\w+|[\w-]+\.test\.tsx?)`", (ROOT / "docs/browsers.md").read_text())
    tests = "".join(file.read_text() for file in (ROOT / "tests/browser").glob("test_*.py"))
    tests += "".join(file.read_text() for file in (ROOT / "tests/browser/journeys").glob("*.py"))
    files = {file.name for file in (ROOT / "frontend/src").rglob("*.test.ts*")}
    assert named
    for name in named:
        assert name in files or f"def {name}(" in tests, name


def _paths(row: str) -> list[str]:
    names = re.findall(r"`([^`]+)`", row)
    folder = names[0].rpartition("/")[0]
    return [
        name if "/" in name or name in {"function_app.py"} else f"{folder}/{name}" for name in names
    ]
