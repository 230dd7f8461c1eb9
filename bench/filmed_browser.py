"""A real Chromium with a camera that films a photograph."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.latency import camera_frame
from tests import chromium


@contextmanager
def filmed_browser() -> Iterator[Browser]:
    """The browser, closed at the end. Raises Playwright's `Error` where there is none."""
    program = chromium.find()
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "camera.mjpeg"
        film.write_bytes(camera_frame())
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program,
                args=[*chromium.ARGUMENTS, f"--use-file-for-fake-video-capture={film}"],
            )
            yield browser
            browser.close()
