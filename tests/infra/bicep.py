"""Reads out of the Bicep files what the tests compare: parameters and app settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
FILES = sorted(INFRA.rglob("*.bicep"))

_PARAMETER = re.compile(r"((?:^@.*\n)+)?^param (\w+) (\w+)(?: = (.*))?$", re.M)
_SETTING = re.compile(r"^\s+(\w+): (.+)$", re.M)


@dataclass(frozen=True)
class Parameter:
    """A declared parameter: its type, its decorators, and its default as written."""

    name: str
    type: str
    decorators: str
    default: str | None


def parameters(file: Path) -> list[Parameter]:
    """The parameters a Bicep file declares."""
    # A decorator may take several lines: joined, each stands on one.
    text = re.sub(r"\[\n\s*|\n\s*\](?=\))", "", file.read_text())
    return [
        Parameter(name, type_, decorators, default or None)
        for decorators, name, type_, default in _PARAMETER.findall(text)
    ]


def app_settings() -> dict[str, str]:
    """The app settings of a deployment: names, and their values as Bicep expressions."""
    text = (INFRA / "main.bicep").read_text()
    block = text.split("    settings: {\n", 1)[1].split("\n    }\n", 1)[0]
    return dict(_SETTING.findall(block))
