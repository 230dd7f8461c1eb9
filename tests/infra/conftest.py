"""A copy of what deploys, with stand-ins for the tools that reach Azure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import waiting
from tests.infra.files import ROOT

_STUB = Path(__file__).with_name("stub_tool.py")
_TOOLS = ("az", "curl", "node", "npm", "npx")


@dataclass
class Workplace:
    """A working copy, an empty cloud, and a way to run scripts against it."""

    root: Path
    stub: Path
    environ: dict[str, str]
    calls: list[dict[str, Any]] = field(default_factory=list)

    def run(
        self,
        script: str,
        *arguments: str,
        answer: str = "",
        cwd: str = "",
        **environ: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run one of infra's scripts; `calls` are then those it made."""
        for leftover in ("calls.jsonl", "failed"):
            (self.stub / leftover).unlink(missing_ok=True)
        done = subprocess.run(
            [self.root / "infra" / script, *arguments],
            cwd=cwd or None,
            env=self.environ | environ,
            input=answer,
            capture_output=True,
            text=True,
            timeout=waiting.PATIENCE,
            check=False,
        )
        log = self.stub / "calls.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        self.calls = [json.loads(line) for line in lines]
        return done

    @property
    def steps(self) -> list[str]:
        """The calls by their first words, without options."""
        return [step_of(call["argv"]) for call in self.calls]

    @property
    def cloud(self) -> dict[str, Any]:
        """What stands in the stand-in's subscription."""
        state: dict[str, Any] = json.loads((self.stub / "cloud.json").read_text())
        return state


def step_of(argv: list[str]) -> str:
    """A call's first words; of a REST call also what it asks for."""
    words = []
    for word in argv[: 2 if argv[0] == "node" else None]:
        if word.startswith("-"):
            break
        words.append(word)
    if words == ["az", "rest"]:
        words.append(argv[argv.index("--url") + 1].split("?")[0].rsplit("/", 1)[1])
    return " ".join(words)


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """The scripts and the app in a folder of their own; no tool here leads outside."""
    return _workplace(tmp_path)


@pytest.fixture
def deployed(workplace: Workplace, a_deployment: str) -> Workplace:
    """A workplace whose cloud holds a finished deployment."""
    (workplace.stub / "cloud.json").write_text(a_deployment)
    return workplace


@pytest.fixture(scope="session")
def a_deployment(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The cloud after one deployment."""
    workplace = _workplace(tmp_path_factory.mktemp("deployed"))
    done = workplace.run("deploy.sh")
    assert done.returncode == 0, done.stderr
    return json.dumps(workplace.cloud)


def _workplace(tmp_path: Path) -> Workplace:
    root, stub, tools = tmp_path / "project", tmp_path / "stub", tmp_path / "tools"
    client = root / "frontend" / "node_modules" / "@microsoft" / "signalr"
    for folder in (client, stub, tools, tmp_path / "home"):
        folder.mkdir(parents=True)
    unseen = shutil.ignore_patterns("__pycache__")  # another worker may be writing there
    shutil.copytree(ROOT / "infra", root / "infra", ignore=unseen)
    shutil.copytree(
        ROOT / "functions", root / "functions", ignore=shutil.ignore_patterns("*.onnx", "__pyc*")
    )
    shutil.copytree(
        ROOT / "local", root / "local", ignore=lambda _, names: {*names} - {"check_tools.sh"}
    )
    for name in ("function_app.py", "host.json", "requirements.txt", ".funcignore"):
        shutil.copy(ROOT / name, root / name)
    python = f'#!/bin/sh\nexec "{sys.executable}" -I -S'  # started often: without site packages
    for tool in _TOOLS:
        (tools / tool).write_text(f'{python} "{_STUB}" {tool} "$@"\n')
    (tools / "python3").write_text(f'{python} "$@"\n')
    for command in tools.iterdir():
        command.chmod(0o755)
    environ = {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path),
        "STUB_DIRECTORY": str(stub),
        "RETRY_ATTEMPTS": "5",
        "RETRY_SECONDS": "0",
        "AZURE_ENV_NAME": "calls",
        "AZURE_LOCATION": "westeurope",
    }
    return Workplace(root, stub, environ)
