"""What `make run` says when a tool is missing, and what it makes of an interrupted start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import waiting

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "local" / "check_tools.sh"


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with everything that is needed."""
    (tmp_path / "python3.11").symlink_to(sys.executable)
    for name in ("node", "npm"):
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    return tmp_path


def check(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script with only these tools."""
    sh = shutil.which("sh")
    assert sh
    return subprocess.run(
        [sh, SCRIPT],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=waiting.PATIENCE,
    )


def test_nothing_is_said_when_nothing_is_missing(tools: Path) -> None:
    """With Python, Node.js and npm installed the check prints nothing."""
    run = check(tools)
    assert (run.returncode, run.stderr) == (0, "")


def test_every_way_in_looks_for_tools_first() -> None:
    """Every make target names missing tools before it installs anything."""
    make = ["make", "--always-make", "--dry-run", "--no-print-directory"]
    for target in ("setup", "setup-dev", "fix", "golden", "types", "verify-deploy"):
        told = subprocess.run([*make, target], cwd=ROOT, capture_output=True, text=True, check=True)
        assert told.stdout.startswith("sh local/check_tools.sh\n"), target


@pytest.mark.parametrize(
    ("missing", "said"),
    [("python3.11", "Install python3.11"), ("node", "Node.js 20"), ("npm", "npm is missing")],
)
def test_a_missing_tool_is_named_with_its_remedy(tools: Path, missing: str, said: str) -> None:
    """The first missing tool is named with what to do, and the exit code is 1."""
    (tools / missing).unlink()
    run = check(tools)
    assert run.returncode == 1
    assert said in run.stderr


@pytest.mark.parametrize(
    ("version", "will_do"),
    [
        ("18.20.8", False), ("20.18.3", False), ("20.19.0", True), ("21.7.3", False),
        ("22.11.0", False), ("22.12.0", True), ("24.1.0", True),
    ],
)  # fmt: skip
def test_only_a_node_that_builds_the_page_will_do(tools: Path, version: str, will_do: bool) -> None:
    """The accepted Node.js versions are those that Vite needs."""
    node = (tools / "node").resolve()
    (tools / "node").unlink()
    pretends = f'Object.defineProperty(process, "versions", {{ value: {{ node: "{version}" }} }});'
    (tools / "node").write_text(
        f"""#!/bin/sh
[ "$1" = -e ] && exec '{node}' -e '{pretends}'"$2"
exec '{node}' "$@"
"""
    )
    (tools / "node").chmod(0o755)
    run = check(tools)
    assert (run.returncode == 0) is will_do
    assert ("Node.js 20.19" in run.stderr) is not will_do


@pytest.mark.parametrize("left", ["without pip", "nothing"])
def test_python_packages_get_a_whole_environment(tmp_path: Path, left: str) -> None:
    """After an interrupted start, and after `.venv` was removed, the environment is made again."""
    (tmp_path / "local").mkdir()
    for name in ("Makefile", "requirements.txt", "local/requirements.txt", "local/check_tools.sh"):
        shutil.copy(ROOT / name, tmp_path / name)
    if left == "nothing":
        (tmp_path / ".stamps").mkdir()
        (tmp_path / ".stamps" / "python").touch()  # it was there once
    else:
        half = [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / ".venv")]
        subprocess.run(half, check=True)
    make = ["make", "--no-print-directory", ".stamps/python", "PIP_INSTALL=:"]
    subprocess.run(make, cwd=tmp_path, check=True, timeout=waiting.PATIENCE)
    pip = [str(tmp_path / ".venv" / "bin" / "python"), "-m", "pip", "--version"]
    subprocess.run(pip, check=True, timeout=waiting.PATIENCE)


def test_an_interrupted_installation_leaves_no_file(tmp_path: Path) -> None:
    """What the installers said lies in a temporary file, which goes also when they are ended."""
    endless = ["sh", "-c", "echo starting; exec sleep 600"]
    with subprocess.Popen(
        ["sh", ROOT / "local" / "quietly.sh", *endless],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        waiting.until(lambda: [f for f in tmp_path.iterdir() if f.read_text()], "it has begun")
        os.killpg(running.pid, signal.SIGTERM)
        assert running.wait(waiting.PATIENCE) != 0
    assert not list(tmp_path.iterdir())
