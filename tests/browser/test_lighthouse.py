"""What Lighthouse says of the page."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from local.stack import Stack
from tests import chromium

_FOLDER = Path(__file__).parent / "lighthouse"
_CHROMIUM = chromium.find()
_ENOUGH = 95  # of 100


@pytest.mark.long
def test_lighthouse_is_content_with_lobby_and_call(
    scripted_stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """Accessibility and best practices are at least 95; performance is told, not judged."""
    command = ["node", "judge.mjs", scripted_stack.url, str(_CHROMIUM), *chromium.ARGUMENTS]
    run = subprocess.run(
        command, cwd=_FOLDER, capture_output=True, text=True, timeout=180, check=False
    )
    assert run.returncode == 0, run.stderr
    judged = json.loads(run.stdout)
    with capsys.disabled():
        print(f"\nLighthouse: {judged}")
    for screen in ("lobby", "call"):
        for category in ("accessibility", "best-practices"):
            assert judged[screen][category] >= _ENOUGH, judged[screen]
