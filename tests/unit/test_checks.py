"""The checks of dependencies find faults, fail, and say if they could not look."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checks import advisories
from checks.advisories import ROOT, Audit, of_npm, of_pip

PIP_FOUND = {"dependencies": [{"name": "x", "version": "1", "vulns": [{"id": "CVE-1"}]}]}
PIP_CLEAN = {"dependencies": [{"name": "x", "version": "1", "vulns": []}]}
PIP_AWAY = {"dependencies": [{"name": "x", "skip_reason": "not found"}]}
NPM_FOUND = {"vulnerabilities": {"x": {"severity": "low"}}}


def _audit(report: object, *, shipped: bool = True, npm: bool = False) -> Audit:
    print_it = f"print({json.dumps(json.dumps(report))})"
    command = (sys.executable, "-c", print_it)
    return Audit("x", shipped, command, ROOT, of_npm if npm else of_pip)


@pytest.mark.parametrize(
    ("audit", "code", "words"),
    [
        (_audit(PIP_FOUND), 1, "VULNERABLE x: x 1: CVE-1"),
        (_audit(NPM_FOUND, npm=True), 1, "VULNERABLE x: x: low"),
        (_audit(NPM_FOUND, npm=True, shipped=False), 0, "vulnerable x: x: low"),
        (_audit(PIP_CLEAN), 0, "No known vulnerability"),
        (_audit({"vulnerabilities": {}}, npm=True), 0, "No known vulnerability"),
        (_audit(PIP_AWAY), 0, "NOT CHECKED x"),
        (_audit({"statusCode": 405, "error": {}}, npm=True), 0, "NOT CHECKED x"),
        (_audit("no report"), 0, "NOT CHECKED x"),
        (Audit("x", True, ("no-such-tool",), ROOT, of_pip), 0, "NOT CHECKED x"),
    ],
)
def test_a_vulnerability_fails_and_silence_is_told(
    audit: Audit, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A vulnerability of a shipped package fails; unreachable advisories are reported."""
    assert advisories.main([audit]) == code
    said = capsys.readouterr().out
    assert words in said
    assert ("No known" in said) == (code == 0 and "NOT CHECKED" not in words)


def test_every_requirement_is_locked_with_hashes() -> None:
    """requirements.txt has each line of requirements.in and all dependencies, with hashes."""
    lock = (ROOT / "requirements.txt").read_text()
    locked = re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+)(?: ;[^\\\n]*)? \\\n((?:    --hash=\S+.*\n)+)", lock, re.M
    )
    assert len(locked) == len(re.findall(r"^[A-Za-z0-9]", lock, re.M))
    versions = {name.lower(): version for name, version, _ in locked}
    for line in re.findall(r"^[A-Za-z].*", (ROOT / "requirements.in").read_text(), re.M):
        name, version = line.lower().split("==")
        assert versions[name] == version, "make lock"
    for name, _, hashes in locked:
        assert all(len(h) == 64 for h in re.findall(r"sha256:(\w+)", hashes)), name
    # Azure's own machines and others: compiled packages come with wheels for each.
    numpy = next(hashes for name, _, hashes in locked if name == "numpy")
    assert numpy.count("sha256") > 20


def test_the_bill_of_materials_names_what_is_shipped(tmp_path: Path) -> None:
    """`make sbom` writes every locked package and the page's packages as CycloneDX."""
    subprocess.run(
        ["make", "--no-print-directory", "-o", "setup-dev", "sbom", f"SBOM={tmp_path}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    functions = json.loads((tmp_path / "functions.cdx.json").read_text())
    page = json.loads((tmp_path / "page.cdx.json").read_text())
    assert functions["bomFormat"] == page["bomFormat"] == "CycloneDX"
    named = {part["name"].lower(): part for part in functions["components"]}
    locked = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(), re.M)
    assert {name.lower() for name in locked} == set(named)
    shipped = json.loads((ROOT / "frontend" / "package.json").read_text())["dependencies"]
    names = {
        f"{part['group']}/{part['name']}" if part.get("group") else part["name"]
        for part in page["components"]
    }
    assert set(shipped) <= names


def test_a_secret_is_found(tmp_path: Path) -> None:
    """A committed key fails the scan, and the project as it is passes."""
    key = tmp_path / "settings.py"
    begin = "-----BEGIN RSA " + "PRIVATE KEY-----"
    key.write_text(f'KEY = """{begin}\nMIIEpAIBAAKCAQEA\n"""\n')
    hook = Path(sys.executable).parent / "detect-secrets-hook"
    command = [str(hook), "--no-verify", "--baseline", ".secrets.baseline", str(key)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "Private Key" in found.stdout
