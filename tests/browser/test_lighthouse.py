"""Lighthouse judges the page."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.stack import Stack
from tests import chromium, waiting

_FOLDER = Path(__file__).parent / "lighthouse"
_CHROMIUM = chromium.find()
_CATEGORIES = {"accessibility", "best-practices"}
_ENOUGH = 95  # of 100


def test_lighthouse_gives_lobby_and_call_good_scores(
    scripted_stack: Stack, record_property: Callable[[str, object], None]
) -> None:
    """Accessibility and best practices score at least 95; performance is reported only."""
    judged = _judge(scripted_stack.url)
    record_property("lighthouse", judged)
    for screen in judged:
        for category in _CATEGORIES:
            assert judged[screen][category] >= _ENOUGH, judged[screen]


def _judge(url: str) -> dict[str, dict[str, Any]]:
    """Lobby and call; again where an audit found no time on a busy machine and gave no score."""
    command = ["node", "judge.mjs", url, str(_CHROMIUM), *chromium.ARGUMENTS]
    for _ in range(3):
        run = subprocess.run(
            command,
            cwd=_FOLDER,
            capture_output=True,
            text=True,
            timeout=2 * waiting.PATIENCE,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        judged: dict[str, dict[str, Any]] = json.loads(run.stdout)
        if all(judged[screen].keys() >= _CATEGORIES for screen in ("lobby", "call")):
            return judged
    raise AssertionError(f"an audit gave no score three times: {judged}")
