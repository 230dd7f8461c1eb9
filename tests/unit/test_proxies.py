"""The tests run on a machine whose programs use a proxy."""

from __future__ import annotations

import pytest
from requests.utils import get_environ_proxies

NAMES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


@pytest.mark.parametrize("name", NAMES)
def test_no_proxy_is_asked_for_what_is_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Storage, functions and stand-ins are reached directly, and the rest through the proxy."""
    for other in NAMES:
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "http://proxy.example:3128")
    for here in ("127.0.0.1:20000", "localhost:8080"):
        assert get_environ_proxies(f"http://{here}/frames") == {}
    assert "http://proxy.example:3128" in get_environ_proxies("http://far.example").values()
