"""What holds for the whole suite."""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browser tests last.

    From the first of them on Playwright's event loop runs in the main thread, where no other loop
    (`asyncio.run`) can be started any more.
    """
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))
