"""The table of README: which journeys which browsers have walked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

README = Path(__file__).parents[3] / "README.md"
_PLACE = re.compile(r"(?<=<!-- journeys -->\n).*?(?=<!-- /journeys -->)", re.DOTALL)


@dataclass
class Matrix:
    """What was walked in this run."""

    walked: dict[str, dict[str, bool | None]] = field(default_factory=dict)
    """By pair of browsers and by journey: whether it passed; None where it cannot be tried."""

    def note(self, pair: str, journey: str, passed: bool | None) -> None:
        """Remember how a journey ended."""
        self.walked.setdefault(pair, {})[journey] = passed

    def table(self) -> str:
        """In Markdown."""
        journeys = list(dict.fromkeys(j for walked in self.walked.values() for j in walked))
        signs = {True: "yes", False: "**no**", None: "–"}
        lines = [
            "| | " + " | ".join(self.walked) + " |",
            "|---|" + "---|" * len(self.walked),
            *(
                f"| {journey} | "
                + " | ".join(signs[walked.get(journey)] for walked in self.walked.values())
                + " |"
                for journey in journeys
            ),
        ]
        return "\n".join(lines) + "\n"

    def write(self) -> None:
        """Put it into README where `WRITE_MATRIX` asks for that."""
        if os.environ.get("WRITE_MATRIX"):
            README.write_text(_PLACE.sub(lambda _: self.table(), README.read_text()))
