"""Known vulnerabilities in installed packages, from the registries' advisories.

    python -m checks.advisories

The check fails for a package that runs on Azure or in the page. It only reports one in a tool of
this machine, which no attacker can reach. If the registries do not answer, the check says so
clearly and passes: that says nothing about the code.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 60  # s for one audit; the tools' own requests have shorter timeouts


@dataclass(frozen=True)
class Audit:
    """One tool over one list of packages."""

    name: str
    shipped: bool
    command: tuple[str, ...]
    folder: Path
    read: Callable[[Any], tuple[list[str], bool]]


def of_pip(report: Any) -> tuple[list[str], bool]:
    """The vulnerabilities in pip-audit's JSON, and whether every package was looked up."""
    packages = report["dependencies"]
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}"
        for package in packages
        for vulnerability in package.get("vulns", ())
    ]
    return found, bool(packages) and not any("skip_reason" in package for package in packages)


def of_npm(report: Any) -> tuple[list[str], bool]:
    """The vulnerabilities in npm's JSON, and whether there was an answer at all."""
    if "vulnerabilities" not in report:
        return [], False
    return [f"{name}: {it['severity']}" for name, it in report["vulnerabilities"].items()], True


def audits() -> tuple[Audit, ...]:
    """What is looked at."""
    pip = (
        *(sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off"),
        *("--disable-pip", "--timeout=5", "--requirement"),
    )
    npm = ("npm", "audit", "--json", "--fetch-retries=0", "--fetch-timeout=15000")
    frontend = ROOT / "frontend"
    return (
        Audit("functions", True, (*pip, "requirements.txt"), ROOT, of_pip),
        Audit("page", True, (*npm, "--omit=dev"), frontend, of_npm),
        Audit("what builds the page", False, npm, frontend, of_npm),
        Audit("what makes its types", False, npm, frontend / "openapi", of_npm),
        Audit("storage emulator", False, npm, ROOT / "local" / "azurite", of_npm),
        Audit("Lighthouse", False, npm, ROOT / "tests" / "browser" / "lighthouse", of_npm),
    )


def run(audit: Audit) -> tuple[list[str], bool]:
    """What one audit found, and whether it could look at everything."""
    try:
        done = subprocess.run(
            audit.command,
            cwd=audit.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return audit.read(json.loads(done.stdout))
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return [], False


def main(looked_at: Sequence[Audit]) -> int:
    """Tell what was found; 1 when it is in what is shipped."""
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(run, looked_at))
    failed = False
    for audit, (found, complete) in zip(looked_at, results, strict=True):
        for vulnerability in found:
            print(
                f"{'VULNERABLE' if audit.shipped else 'vulnerable'} {audit.name}: {vulnerability}"
            )
        if not complete:
            print(f"NOT CHECKED {audit.name}: its advisories could not be reached from here")
        failed = failed or (audit.shipped and bool(found))
    if not failed and all(complete for _, complete in results):
        print("No known vulnerability in what is shipped.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(audits()))
