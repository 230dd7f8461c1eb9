"""What holds for the whole suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# What the long runs try is new each time; otherwise a verdict may depend on the code alone.
settings.register_profile("same", derandomize=True)
settings.register_profile("new")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# All that tests ask is on this machine, which a proxy does not reach.
for _name in ("no_proxy", "NO_PROXY"):
    _others = os.environ.get(_name)
    os.environ[_name] = "127.0.0.1,localhost" + (f",{_others}" if _others else "")

_TESTS = Path(__file__).parent
# Files go to the workers in this order: slow ones first, so that all end at about the same time.
_ORDER = ("browser", "faults", "local", "bench", "hostile", "infra", "functions", "unit")
_FAULTS = (
    "| fault | frames | read | unread | untold | uploads refused | fault s | silence s |",
    "|---|---|---|---|---|---|---|---|",
)


class _BrowsersTogether(LoadScopeScheduling):  # type: ignore[misc]
    """Shares out whole files, and all tests with browsers to one worker.

    A call of three pages takes a core: two calls at once on two cores starve each other.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if "/browser/" in file else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """The order of `pytest_collection_modifyitems` is kept."""
    return _BrowsersTogether(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes long first, unless the order is to be random."""
    if not config.getoption("random_order_enabled"):
        items.sort(key=lambda item: _place(item.path))


def _place(file: Path) -> int:
    folder = file.relative_to(_TESTS).parts[0]
    return _ORDER.index(folder) if folder in _ORDER else len(_ORDER)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have to tell and do not judge, whichever worker ran them."""
    told: dict[str, list[str]] = {"fault": list(_FAULTS), "outage": [], "lighthouse": []}
    for report in (one for reports in terminalreporter.stats.values() for one in reports):
        for name, words in getattr(report, "user_properties", ()):
            if name in told and report.when == "call":
                told[name].append(str(words))
    for name, lines in told.items():
        if len(lines) > (len(_FAULTS) if name == "fault" else 0):
            terminalreporter.section(name)
            terminalreporter.line("\n".join(lines))
