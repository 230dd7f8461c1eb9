"""The browser of the tests: `python -m tests.chromium` makes sure that there is one.

Looks for a Chromium on the machine, else lets Playwright download its own, else, as root on
Debian, installs the distribution's; else says what to do and fails. Chromium's headless shell, the
same engine without windows and menus, is preferred: it takes about half the processor.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

_SHELL = "chromium-headless-shell"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_INSTALL_TIMEOUT = 600  # s
_REMEDY = """No Chromium was found, and none could be installed. Do one of these, then try again:
  .venv/bin/python -m playwright install --with-deps chromium
  apt-get install chromium-headless-shell fonts-noto-color-emoji     (as root, on Debian)
  CHROMIUM=/path/to/chrome make test"""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
)


def find() -> Path | None:
    """The browser to test with, or None. Not to be called while Playwright runs."""
    return next((Path(found) for found in _candidates() if found and Path(found).exists()), None)


def _candidates() -> Iterator[str | None]:
    if named := os.environ.get("CHROMIUM"):
        yield named
        return
    yield shutil.which(_SHELL)
    whole = Path(_playwrights_own())
    # …/chromium-1255/chrome-linux64/chrome has …/chromium_headless_shell-1255/…/…-shell beside it.
    for folder in whole.parents:
        shells = folder.with_name(folder.name.replace("chromium-", "chromium_headless_shell-"))
        if shells != folder:
            yield from map(str, shells.glob("*/*headless*shell"))
    yield from (shutil.which(name) for name in _NAMES)
    yield str(whole)


def _playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _install() -> None:
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    _try([*playwright, "--with-deps"] if as_root and not shutil.which("apt-get") else playwright)
    if find() is None and as_root and shutil.which("apt-get"):
        _try(["apt-get", "update", "-qq"])
        packages = [_SHELL, "fonts-noto-color-emoji"]
        _try(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages])


def _try(command: list[str]) -> None:
    try:
        subprocess.run(command, check=False, timeout=_INSTALL_TIMEOUT, stdout=sys.stderr)
    except subprocess.TimeoutExpired:
        print(f"gave up after {_INSTALL_TIMEOUT} s: {' '.join(command)}", file=sys.stderr)


def main() -> int:
    """Exit code 0 when there is a browser."""
    if find() is None:
        _install()
    browser = find()
    print(browser or _REMEDY, file=sys.stdout if browser else sys.stderr)
    return 0 if browser else 1


if __name__ == "__main__":
    sys.exit(main())
