"""What the page says, from its own strings, so that a test can speak each of its languages."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests import waiting

LANGUAGES = ("en", "ar")
_FRONTEND = Path(__file__).parents[2] / "frontend"
_PRINT = """
import { runnerImport } from 'vite';
const load = async (file) => (await runnerImport(file, { configFile: false })).module;
const { english: en } = await load('./src/words/strings.ts');
const { arabic: ar } = await load('./src/words/strings.ar.ts');
console.log(JSON.stringify({ en, ar }));
"""


@functools.cache
def words(language: str) -> Mapping[str, str]:
    """Everything without a parameter that the page says in a language, by its key: `call.leave`."""
    return dict(_flat(_all()[language]))


@functools.cache
def _all() -> dict[str, dict[str, Any]]:
    command = ["node", "--input-type=module", "-e", _PRINT]
    run = subprocess.run(
        command, cwd=_FRONTEND, capture_output=True, text=True, timeout=waiting.PATIENCE, check=True
    )
    parsed: dict[str, dict[str, Any]] = json.loads(run.stdout)
    return parsed


def _flat(value: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, inner in value.items():
        if isinstance(inner, str):
            found.append((above + key, inner))
        elif isinstance(inner, dict):
            found += _flat(inner, f"{above}{key}.")
    return found
