"""The local host calls HTTP functions, and gives their callers the answer."""

from __future__ import annotations

import httpx
import pytest

from local.stack import Stack


def test_a_function_gets_the_whole_request(http: httpx.Client) -> None:
    """The function gets parameters, query, headers, body and context; its answer comes back."""
    answer = http.put(
        "/v1/crates/a%20b/12?size=3&size2=%C3%A9", content="hello", headers={"X-Mark": "fragile"}
    )
    assert answer.status_code == 201
    assert answer.headers["x-ship"] == "Argo"
    assert answer.headers["content-type"] == "application/json"
    seen = answer.json()
    assert seen.pop("invocation")
    assert seen == {
        "method": "PUT",
        "route": {"crate": "a b", "number": "12"},
        "query": {"size": "3", "size2": "é"},
        "header": "fragile",
        "body": "hello",
        "function": "crate",
    }


def test_every_invocation_has_its_own_id(http: httpx.Client) -> None:
    """Each call has a new invocation id."""
    ids = {http.get("/v1/crates/a/1").json()["invocation"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/crates/a/b"), ("POST", "/v1/crates/a/1"), ("GET", "/v1/ghost"), ("GET", "/v1")],
)
def test_what_no_route_takes_is_404(http: httpx.Client, method: str, path: str) -> None:
    """A failed constraint, an undeclared method and an unknown path are 404."""
    assert http.request(method, path).status_code == 404


def test_an_asynchronous_function_may_return_a_string(http: httpx.Client) -> None:
    """A coroutine's string becomes a plain text response."""
    answer = http.post("/v1/later", json={"word": "soon"})
    assert (answer.status_code, answer.text) == (200, "later: soon")
    assert answer.headers["content-type"].startswith("text/plain")


def test_cookies_and_bytes_survive(http: httpx.Client) -> None:
    """Each cookie is a header of its own, and a binary body is unchanged."""
    answer = http.get("/v1/cookies")
    assert answer.content == b"\x00\x01"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]


@pytest.mark.parametrize("path", ["broken", "nothing"])
def test_a_failed_function_is_an_empty_500(http: httpx.Client, path: str) -> None:
    """An exception or a missing response is an empty 500."""
    answer = http.get(f"/v1/{path}")
    assert (answer.status_code, answer.content) == (500, b"")


def test_a_traceback_is_logged(http: httpx.Client, stack: Stack) -> None:
    """The log has the traceback, which the caller does not get."""
    http.get("/v1/broken")
    assert stack["functions"].wait_output("RuntimeError: the crane fell over")


def test_connection_info_names_hub_and_user(http: httpx.Client, stack: Stack) -> None:
    """The input binding gives the client's URL and a token for the user in the header."""
    info = http.post("/v1/negotiate", headers={"X-Docker": "amber"}).json()
    assert set(info) == {"url", "accessToken"}
    assert info["url"].endswith("/client/?hub=harbour")
    assert info["url"].startswith(stack.signalr.split(";")[0].removeprefix("Endpoint="))


@pytest.mark.parametrize(
    "body", ["not json", "[1]", '{"target": "x"}', '{"action": "add", "groupName": "g"}']
)
def test_a_bad_signalr_output_is_a_500(http: httpx.Client, body: str) -> None:
    """An output that the binding cannot apply makes the answer a 500."""
    assert http.post("/v1/signal", content=body).status_code == 500


def test_the_site_is_served_beside_the_functions(http: httpx.Client) -> None:
    """The page is at /, uncached; unknown paths and files are 404."""
    page = http.get("/")
    assert "Harbour" in page.text
    assert page.headers["cache-control"] == "no-cache"
    assert http.get("/some/room").status_code == 404
    assert "javascript" in http.get("/app.js").headers["content-type"]
    assert http.get("/ghost.js").status_code == 404
    assert http.get("/../function_app.py").status_code == 404


def test_the_admin_api_lists_what_the_app_declares(http: httpx.Client) -> None:
    """The admin API gives each function's name and bindings, and the host's status."""
    assert http.get("/admin/host/status").json()["state"] == "Running"
    functions = {one["name"]: one for one in http.get("/admin/functions").json()}
    assert functions["unload"]["config"]["bindings"][-1] == {
        "direction": "in",
        "type": "blobTrigger",
        "name": "manifest",
        "path": "manifests/{ship}/{voyage}.txt",
        "connection": "HarbourStorage",
        "source": "EventGrid",
    }
