"""The function package holds what runs on Azure, and nothing else."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from infra import package
from tests.infra.files import ROOT

_GIT = ("git", "-c", "core.excludesFile=")  # without what its user ignores everywhere
_RUNS = {"function_app.py", "functions", "host.json", "requirements.txt"}


def _tracked() -> list[PurePosixPath]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [PurePosixPath(path) for path in listed.stdout.split("\0") if path]


def test_only_what_runs_is_packed() -> None:
    """The package holds only the app's files; a new folder fails this test until it is decided."""
    patterns = package.read_patterns(ROOT / ".funcignore")
    packed = [path for path in _tracked() if not package.is_ignored(path, patterns)]
    assert {path.parts[0] for path in packed} == _RUNS


def test_the_package_can_be_loaded() -> None:
    """The package holds every module and data file of the app."""
    patterns = package.read_patterns(ROOT / ".funcignore")
    of_the_app = [path for path in _tracked() if path.parts[0] in _RUNS and path.suffix != ".md"]
    assert [path for path in of_the_app if package.is_ignored(path, patterns)] == []


def test_secrets_and_leftovers_stay_behind(tmp_path: Path) -> None:
    """Local settings, keys, caches and virtual environments are not packed."""
    for path in (
        "function_app.py", "host.json", "requirements.txt", "functions/rooms.py",
        "functions/reader/expression.onnx", "functions/__pycache__/rooms.cpython-311.pyc",
        "functions/reader/MODEL_CARD.md", ".venv/bin/python", ".env", "local.settings.json",
        "frontend/node_modules/x/index.js", "local/__init__.py", ".azure/calls/.env",
        "private.key", "vonage.pem", "functions/turn.pfx", "package.zip", "npm-debug.log",
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    (tmp_path / ".funcignore").write_bytes((ROOT / ".funcignore").read_bytes())
    package.write(tmp_path / "p.zip", tmp_path)
    (tmp_path / "p.zip").unlink()
    assert [str(path) for path in package.files(tmp_path)] == [
        "function_app.py",
        "functions/reader/expression.onnx",
        "functions/rooms.py",
        "host.json",
        "requirements.txt",
    ]


def test_git_reads_the_patterns_alike(tmp_path: Path) -> None:
    """Our reader of .funcignore and git, whose rules azd follows, match the same files."""
    names = [str(path) for path in _tracked()]
    names += ["functions/__pycache__/a.pyc", "local.settings.json", "functions/local/a.py"]
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".git" / "info" / "exclude").write_bytes((ROOT / ".funcignore").read_bytes())
    checked = subprocess.run(
        [*_GIT, "check-ignore", "--no-index", "--stdin"],
        cwd=tmp_path, input="\n".join(names), capture_output=True, text=True, check=False,
    )  # fmt: skip
    patterns = package.read_patterns(ROOT / ".funcignore")
    ours = [name for name in names if package.is_ignored(PurePosixPath(name), patterns)]
    assert checked.stdout.splitlines() == ours


def test_patterns_tools_disagree_on_are_refused(tmp_path: Path) -> None:
    """Negations and double stars, which tools read differently, are refused."""
    (tmp_path / ".funcignore").write_text("/*\n!/functions\n")
    with pytest.raises(ValueError, match="plain names"):
        package.read_patterns(tmp_path / ".funcignore")


def test_the_same_files_give_the_same_package(tmp_path: Path) -> None:
    """Packing twice gives the same bytes, and all names are relative."""
    package.write(tmp_path / "a.zip")
    package.write(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "function_app.py" in archive.namelist()
        assert archive.testzip() is None


def test_keys_are_not_committed_by_accident() -> None:
    """git ignores local settings and a key at the place that README's command uses."""
    for name in ("private.key", "vonage.pem", ".env", "local.settings.json"):
        ignored = subprocess.run([*_GIT, "check-ignore", "-q", name], cwd=ROOT, check=False)
        assert ignored.returncode == 0, name


def test_scripts_keep_their_line_ends_on_windows() -> None:
    """A checkout on Windows keeps LF in every file that runs in WSL."""
    asked = ["git", "check-attr", "eol", "infra/deploy.sh", "local/check_tools.sh", ".ci/run"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line.rsplit(": ", 1)[1] for line in told.stdout.splitlines()] == ["lf"] * 3
