"""Rows `http` of docs/host.md: the answers of an HTTP function.

They need HTTP alone, so they run against a real host as well (see conftest).
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.local.conftest import WAIT, Host, other_stack

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("path", ["/v1/anything/x", "/V1/ANYTHING/x", "/v1/Anything/x/"])
def test_a_routes_case_does_not_matter(http: httpx.Client, path: str) -> None:
    """http 1: prefix and literal parts match in any case."""
    answer = http.get(path)
    assert (answer.status_code, answer.json()["thing"]) == (200, "x")


def test_an_encoded_slash_stays_within_its_segment(host: Host) -> None:
    """http 2: `%2F` does not divide a segment; the function is called."""
    target = urlsplit(host.url)
    connection = http.client.HTTPConnection(target.netloc, timeout=WAIT)
    connection.request("GET", "/v1/anything/a%2Fb")  # as it is: no client may tidy it up
    answer = connection.getresponse()
    assert (answer.status, b"a%2Fb" in answer.read()) == (200, True)
    connection.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/crates/a/1"),
        ("HEAD", "/v1/crates/a/1"),
        ("OPTIONS", "/v1/crates/a/1"),
        ("DELETE", "/v1/later"),
        ("GET", "/v1/ghost"),
        ("GET", "/v1"),
        ("GET", "/v1/crates/a/b"),
        ("POST", "/v1/crates/a/1/more"),
    ],
)
def test_wrong_methods_and_unknown_paths_are_404(
    http: httpx.Client, method: str, path: str
) -> None:
    """http 3: they are never 405; HEAD and OPTIONS are methods like others."""
    assert http.request(method, path).status_code == 404


def test_a_route_without_methods_takes_them_all(http: httpx.Client) -> None:
    """http 4: it takes every method, HEAD and OPTIONS among them."""
    for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert http.request(method, "/v1/anything").json()["method"] == method
    assert http.head("/v1/anything").status_code == 200


@pytest.mark.parametrize("size", [1, 70_000, MEGABYTE])
def test_a_chunked_body_is_dropped(http: httpx.Client, size: int) -> None:
    """http 5: the function is called without the body."""
    answer = http.post("/v1/anything", content=(b"x" * (size // 2 + 1) for _ in range(2)))
    assert (answer.status_code, answer.json()["body"]) == (200, 0)
    assert http.post("/v1/anything", content=b"x" * size).json()["body"] == size


def test_sixty_megabytes_arrive(http: httpx.Client) -> None:
    """http 6: a body of 60 MB arrives; the app must refuse what is too large for it."""
    assert http.post("/v1/anything", content=bytes(60 * MEGABYTE)).json()["body"] == 60 * MEGABYTE


@pytest.mark.parametrize("path", ["/v1/anything", "/runtime/webhooks/blobs"])
def test_over_a_hundred_megabytes_is_500(host: Host, path: str) -> None:
    """http 7: an announced length over 100 MB is 500 before the body comes."""
    status, body = announce(host, path, 100 * MEGABYTE + 1)
    assert (status, body) == (500, b"")


def test_the_limit_is_a_setting() -> None:
    """http 8: FUNCTIONS_REQUEST_BODY_SIZE_LIMIT holds for functions and webhook."""
    with other_stack(settings={"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "1000"}) as stack:
        host = Host(stack.url, stack.storage, stack.blobs_key)
        with httpx.Client(base_url=host.url, trust_env=False, timeout=WAIT) as http:
            assert http.post("/v1/anything", content=bytes(1000)).json()["body"] == 1000
            large = http.post("/v1/anything", content=bytes(1001))
            assert (large.status_code, large.content) == (500, b"")
        for path in ("/v1/anything", "/runtime/webhooks/blobs"):
            assert announce(host, path, 99 * MEGABYTE) == (500, b"")


def announce(host: Host, path: str, length: int) -> tuple[int, bytes]:
    """The answer to a request that announces a body and sends none of it."""
    query = f"?code={host.blobs_key}&functionName=Host.Functions.unload"
    connection = http.client.HTTPConnection(urlsplit(host.url).netloc, timeout=WAIT)
    connection.putrequest("POST", path + query)
    connection.putheader("Content-Length", str(length))
    connection.putheader("aeg-event-type", "Notification")
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize("path", ["broken", "nothing"])
def test_a_failed_function_is_an_empty_500(http: httpx.Client, path: str) -> None:
    """http 9: an exception or a missing response is an empty 500."""
    answer = http.get(f"/v1/{path}")
    assert (answer.status_code, answer.content) == (500, b"")


def test_a_failed_input_binding_is_an_empty_500(http: httpx.Client) -> None:
    """http 10: if the header of `userId` is missing, the function is not called."""
    answer = http.post("/v1/negotiate")
    assert (answer.status_code, answer.content) == (500, b"")


@pytest.mark.parametrize(
    "body", ["not json", "[1]", '{"target": "x"}', '{"action": "add", "groupName": "g"}']
)
def test_a_failed_output_binding_is_an_empty_500(http: httpx.Client, body: str) -> None:
    """http 11: the function's own answer is lost."""
    answer = http.post("/v1/signal", content=body)
    assert (answer.status_code, answer.content) == (500, b"")


@pytest.fixture(scope="module")
def flex() -> Iterator[str]:
    """The URL of a host whose site allows two origins, as Flex hands them on."""
    settings = {"CORS_ALLOWED_ORIGINS": '["https://page.example", "https://other.example"]'}
    with other_stack(settings=settings) as stack:
        yield stack.url


def test_preflights_are_answered_by_the_host(flex: str) -> None:
    """http 12: a preflight is 204 for any path, without `Access-Control-Max-Age`."""
    for path in ("/v1/crates/a/1", "/v1/ghost"):
        answer = httpx.options(
            flex + path,
            headers={
                "Origin": "https://page.example",
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "authorization,content-type",
            },
            trust_env=False,
            timeout=WAIT,
        )
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "https://page.example"
        assert answer.headers["access-control-allow-methods"] == "PUT"
        assert answer.headers["access-control-allow-headers"] == "authorization,content-type"
        assert "access-control-max-age" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/anything", "/v1/broken", "/v1/ghost"])
def test_answers_name_the_allowed_origin(flex: str, path: str) -> None:
    """http 13: all answers name the allowed origin, failures too, and no other origin."""
    for origin, allowed in (("https://other.example", True), ("https://evil.example", False)):
        answer = httpx.get(flex + path, headers={"Origin": origin}, trust_env=False, timeout=WAIT)
        assert (answer.headers.get("access-control-allow-origin") == origin) == allowed


def test_other_origins_get_an_empty_preflight(flex: str) -> None:
    """http 14: another origin's preflight is 204 without the header, so browsers refuse it."""
    answer = httpx.options(
        f"{flex}/v1/anything",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"},
        trust_env=False,
        timeout=WAIT,
    )
    assert answer.status_code == 204
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_root_is_azures_own_page(flex: str) -> None:
    """http 15: / is Azure's page unless AzureWebJobsDisableHomepage is true."""
    answer = httpx.get(flex, trust_env=False, timeout=WAIT)
    assert answer.status_code == 200
    assert "up and running" in answer.text
    with other_stack(settings={"AzureWebJobsDisableHomepage": "true"}) as stack:
        assert httpx.get(stack.url, trust_env=False, timeout=WAIT).status_code == 204
