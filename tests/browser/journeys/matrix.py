"""README's table: which journeys passed in which browsers."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

README = Path(__file__).parents[3] / "README.md"
_PLACE = re.compile(r"(?<=<!-- journeys -->\n).*?(?=<!-- /journeys -->)", re.DOTALL)


@dataclass
class Matrix:
    """The results of this run."""

    walked: dict[str, dict[str, bool | None]] = field(default_factory=dict)
    """By pair of browsers and by journey: whether it passed; None where it cannot be tried."""

    def note(self, pair: str, journey: str, passed: bool | None) -> None:
        """Record how a journey ended."""
        self.walked.setdefault(pair, {})[journey] = passed

    def table(self) -> str:
        """The results as a Markdown table."""
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
        """Write the table into README if `WRITE_MATRIX` is set."""
        if os.environ.get("WRITE_MATRIX"):
            README.write_text(_PLACE.sub(lambda _: self.table(), README.read_text()))
