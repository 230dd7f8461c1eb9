"""What only the real tools can tell; they are installed once, in a cache of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.compiler import copy, diagnostics, needs_bicep
from tests.infra.conftest import Workplace
from tests.infra.files import FILES, INFRA

pytestmark = pytest.mark.long

_AZURE_CLI = "azure-cli==2.91.0"
_CHECKOV = "checkov==3.3.30"
_PARSER = Path(__file__).with_name("azure_cli_parser.py")


def _installed(package: str) -> Path:
    """The folder of a package's commands, in an environment where nothing else is."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    environment = cache / "video-sentiment-tests" / package
    done = environment / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", package], check=True)
        done.touch()
    return environment / "bin"


def test_azure_cli_accepts_every_command_line(workplace: Workplace) -> None:
    """The real az parses each call that deploying twice, destroying and azd's hooks make."""
    lines: list[list[str]] = []
    for script in ("deploy.sh", "deploy.sh", "destroy.sh"):
        done = workplace.run(script, *(["--yes"] if script == "destroy.sh" else []))
        assert done.returncode == 0, done.stderr
        lines += [call["argv"][1:] for call in workplace.calls if call["argv"][0] == "az"]
    (workplace.root / "package.zip").touch()
    for line in lines:
        if "--src" in line:  # the temporary package is gone by now
            line[line.index("--src") + 1] = str(workplace.root / "package.zip")
    lines.append(["group", "exists", "--no-such-option", "x"])  # it does refuse what is wrong

    parsed = subprocess.run(
        [_installed(_AZURE_CLI) / "python", _PARSER],
        cwd=workplace.root / "infra",
        env=workplace.environ | {"AZURE_CORE_COLLECT_TELEMETRY": "no"},
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    *accepted, refused = json.loads(parsed.stdout)
    assert [line for line, error in zip(lines, accepted, strict=False) if error] == []
    assert "--no-such-option" in refused


def test_the_scanner_finds_nothing_unexplained() -> None:
    """checkov parses every file; each finding left is justified, each justification needed."""
    scanned = subprocess.run(
        [_installed(_CHECKOV) / "checkov", "--framework", "bicep", "--directory", INFRA,
         "--skip-download", "--output", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = json.loads(scanned.stdout)
    results = report["results"]
    assert results["parsing_errors"] == []
    assert [f"{c['check_id']} {c['resource']}" for c in results["failed_checks"]] == []
    skipped = [check["check_id"] for check in results["skipped_checks"]]
    written = sum(file.read_text().count("// checkov:skip=") for file in FILES)
    assert written
    assert len(skipped) == written, "a justification that matches no finding is out of date"


@needs_bicep
def test_api_versions_are_recent(tmp_path: Path) -> None:
    """No API version is over two years old where the compiler knows a newer one."""
    infra = copy(tmp_path)
    config = json.loads((infra / "bicepconfig.json").read_text())
    config["analyzers"]["core"]["rules"]["use-recent-api-versions"] = {"level": "warning"}
    (infra / "bicepconfig.json").write_text(json.dumps(config))
    for name in ("main", "subscription"):
        assert diagnostics(infra / f"{name}.bicep") == []
