"""The real tools, installed once in a cache of their own, accept the deployment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from infra import site_config
from local.ports import free_port
from local.product import SITE
from tests.infra.compiler import copy, diagnostics, needs_bicep, template
from tests.infra.conftest import Workplace
from tests.infra.files import FILES, INFRA
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.long

_AZURE_CLI = "azure-cli==2.91.0"
_CHECKOV = "checkov==3.3.30"
_PUBLISHING = (INFRA / "publish_site.sh").read_text()
_SWA_CLI = re.findall(r"@azure/static-web-apps-cli@[\d.]+", _PUBLISHING)[0]
_PARSER = Path(__file__).with_name("azure_cli_parser.py")


def _place_of(package: str) -> tuple[Path, Path]:
    """Where a package is installed, and the file that says that it is."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    environment = cache / "video-sentiment-tests" / package.replace("/", "-")
    return environment, environment / "installed"


def _installed_by_npm(package: str) -> Path:
    """The folder of a package's commands; nothing of it runs at its installation."""
    environment, done = _place_of(package)
    if not done.exists():
        npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([*npm, "--prefix", environment, package], check=True)
        done.touch()
    return environment / "node_modules" / ".bin"


def _installed(package: str) -> Path:
    """The folder of a package's commands, in an environment where nothing else is."""
    environment, done = _place_of(package)
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", package], check=True)
        done.touch()
    return environment / "bin"


def test_azure_cli_accepts_every_command_line(workplace: Workplace) -> None:
    """The real az parses every command line of the scripts and of azd's hooks."""
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


@needs_bicep
def test_the_scanner_finds_nothing_unexplained(tmp_path: Path) -> None:
    """Each finding of checkov has a reason in its file, and each reason has a finding."""
    for file in FILES:  # compiled: checkov does not read all of Bicep
        compiled = dict(template(file))
        resources = compiled["resources"]
        if compiled.pop("languageVersion", None):  # nor resources by name
            resources = [one for one in resources.values() if not one.get("existing")]
        compiled["resources"] = resources
        (tmp_path / f"{file.stem}.json").write_text(json.dumps(compiled))
    scanned = subprocess.run(
        [_installed(_CHECKOV) / "checkov", "--framework", "arm", "--directory", tmp_path,
         "--skip-download", "--output", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    results = json.loads(scanned.stdout)["results"]
    assert results["parsing_errors"] == []
    assert results["passed_checks"]
    found = {(Path(c["file_path"]).stem, c["check_id"]) for c in results["failed_checks"]}
    justified = {
        (file.stem, check)
        for file in FILES
        for check in re.findall(r"// checkov:skip=(\w+): ", file.read_text())
    }
    assert found == justified


@needs_bicep
def test_api_versions_are_recent(tmp_path: Path) -> None:
    """No API version is more than two years old if the compiler knows a newer one."""
    infra = copy(tmp_path)
    config = json.loads((infra / "bicepconfig.json").read_text())
    config["analyzers"]["core"]["rules"]["use-recent-api-versions"] = {"level": "warning"}
    (infra / "bicepconfig.json").write_text(json.dumps(config))
    for name in ("main", "subscription"):
        assert diagnostics(infra / f"{name}.bicep") == []


def test_the_static_sites_emulator_serves_the_page_as_meant(tmp_path: Path) -> None:
    """Azure's own emulator serves our headers, caching and page for unknown paths."""
    shutil.copytree(SITE, tmp_path / "site")
    environ = {
        "FUNCTIONS_ORIGIN": "https://func.azurewebsites.net",
        "STORAGE_ORIGIN": "https://account.blob.core.windows.net",
        "SIGNALR_HOST": "hub.service.signalr.net",
    }
    site_config.write(tmp_path / "site", environ)
    (asset, *_) = (tmp_path / "site" / "assets").glob("*.js")
    port = free_port()
    serving = subprocess.Popen(
        [_installed_by_npm(_SWA_CLI) / "swa", "start", tmp_path / "site", "--port", str(port),
         "--swa-config-location", tmp_path / "site"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path,
        env=os.environ | {"SWA_CLI_TELEMETRY": "false"},
    )  # fmt: skip
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE
        ) as http:
            until(lambda: _answers(http), "the emulator answers")
            pages = {
                path: http.get(path) for path in ("/", "/config.json", f"/assets/{asset.name}")
            }
            unknown = http.get("/nothing/here")
    finally:
        serving.terminate()
        serving.wait(PATIENCE)
    written = json.loads((tmp_path / "site" / "staticwebapp.config.json").read_text())
    for path, answer in pages.items():
        assert answer.status_code == 200, path
        for name, value in written["globalHeaders"].items():
            assert answer.headers[name] == value, (path, name)
    caching = {path: answer.headers["Cache-Control"] for path, answer in pages.items()}
    assert "immutable" in caching[f"/assets/{asset.name}"]
    assert caching["/config.json"] == "no-cache"
    assert unknown.status_code == 404
    assert "There is nothing at this address" in unknown.text


def _answers(http: httpx.Client) -> bool:
    try:
        return http.get("/").status_code == 200
    except httpx.TransportError:
        return False
