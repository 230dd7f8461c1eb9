"""Rows `events` of docs/host.md: from the webhook to the calls and the poison queue.

They need HTTP and storage alone, so they run against a real host as well (see conftest).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from azure.storage.blob import ContainerClient, ContentSettings

from tests.local.conftest import Host
from tests.local.queue_reader import peek

Deliver = Callable[..., httpx.Response]
Calls = Callable[..., list[dict[str, Any]]]


@pytest.mark.parametrize("code", ["", "wrong"])
def test_a_wrong_key_is_401(deliver: Deliver, code: str) -> None:
    """events 1: the key is checked before anything else."""
    assert deliver("a/1.txt", code=code).status_code == 401
    assert deliver(content=b"no JSON", kind=None, code=code).status_code == 401


@pytest.mark.parametrize("kind", [None, "", "Other"])
def test_without_the_event_type_header_it_is_400(deliver: Deliver, kind: str | None) -> None:
    """events 2: a delivery without a known `aeg-event-type` is 400."""
    assert deliver("a/1.txt", kind=kind).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}",
        b"null",
        b"[1]",
        b"[{}]",
        b"[null]",
        b'[{"data": {}}]',
        b'[{"data": {"url": "http://127.0.0.1/a/c/b"}}]',
        b'[{"data": {"url": "no address", "blobType": "BlockBlob"}}]',
        b'[{"data": {"url": "http://127.0.0.1/a/c/b", "blobType": "Cloud"}}]',
        b"\xff\x00",
    ],
)
def test_what_is_no_list_of_blobs_is_500(deliver: Deliver, body: bytes) -> None:
    """events 3: broken JSON, no list, or no `data.url` and `data.blobType` is 500."""
    assert deliver(content=body).status_code == 500


@pytest.mark.parametrize("function", ["Host.Functions.ghost", "Host.Functions.crate", "", None])
def test_any_function_name_is_taken(deliver: Deliver, function: str | None) -> None:
    """events 4: an unknown or missing function name is 202, too."""
    assert deliver("a/1.txt", function=function).status_code == 202
    assert deliver(content=b"[]", function=function).status_code == 202


@pytest.mark.parametrize("function", ["Host.Functions.unload", "Host.Functions.ghost", None])
def test_the_handshake_answers_for_any_name(deliver: Deliver, function: str | None) -> None:
    """events 5: Event Grid's validation gets its code back for any function name."""
    question = json.dumps([{"data": {"validationCode": "512d38b6"}}]).encode()
    answer = deliver(content=question, kind="SubscriptionValidation", function=function)
    assert (answer.status_code, answer.json()) == (200, {"validationResponse": "512d38b6"})


def test_the_answer_does_not_wait_for_the_call(
    deliver: Deliver, elsewhere: ContainerClient, calls: Calls
) -> None:
    """events 6: what is delivered is queued; the answer is there before the functions have ended.

    The call here does not end before what follows the answer.
    """
    name = f"{uuid4()}/held.txt"
    elsewhere.upload_blob(name, b"hold")
    assert deliver(name, container="elsewhere").status_code == 202
    calls(f"elsewhere/{name}", 1)
    elsewhere.delete_blob(name)
    (end,) = calls(f"held/elsewhere/{name}", 1)
    assert end["released"]


@pytest.mark.parametrize("name", ["top.txt", "{}/1.jpg", "{}/1.txt.bak"])
def test_a_blob_off_the_path_calls_the_function(
    deliver: Deliver, elsewhere: ContainerClient, calls: Calls, name: str
) -> None:
    """events 7: a blob outside the trigger's container or path still calls the function."""
    name = name.format(uuid4()) if "{" in name else f"{uuid4()}-{name}"
    elsewhere.upload_blob(name, b"wine")
    assert deliver(name, container="elsewhere").status_code == 202
    (call,) = calls(f"elsewhere/{name}", 1)
    assert (call["name"], call["text"]) == (f"elsewhere/{name}", "wine")


def test_a_blob_that_is_gone_is_skipped(
    deliver: Deliver, elsewhere: ContainerClient, calls: Calls
) -> None:
    """events 8: a deleted blob gives no call and no failure; other events do."""
    gone, there = f"{uuid4()}/gone.txt", f"{uuid4()}/there.txt"
    elsewhere.upload_blob(there, b"wine")
    assert deliver(gone, there, container="elsewhere").status_code == 202
    calls(f"elsewhere/{there}", 1)
    calls(f"elsewhere/{gone}", 0)


def test_three_attempts_follow_each_other_and_the_message_is_poison(
    deliver: Deliver, elsewhere: ContainerClient, calls: Calls, host: Host
) -> None:
    """events 9: after 3 calls (`poisonBlobThreshold`) a poison message lives seven days."""
    name = f"{uuid4()}/doom.txt"
    elsewhere.upload_blob(name, b"sink")
    assert deliver(name, container="elsewhere").status_code == 202
    calls(f"elsewhere/{name}", 3)
    message = peek(host.storage, "webjobs-blobtrigger-poison", name)
    found = json.loads(message.text)
    assert (found["ContainerName"], found["BlobName"]) == ("elsewhere", name)
    assert found["FunctionId"] == "Host.Functions.unload"
    assert message.expires - message.inserted == timedelta(days=7)
    calls(f"elsewhere/{name}", 3)


def test_a_failed_call_is_repeated(
    deliver: Deliver, elsewhere: ContainerClient, calls: Calls
) -> None:
    """events 10: after one failure the call is repeated."""
    name = f"{uuid4()}/heel.txt"
    elsewhere.upload_blob(name, b"list")
    deliver(name, container="elsewhere")
    calls(f"elsewhere/{name}", 2)


def test_an_encoded_blob_is_handed_on_as_it_lies(
    deliver: Deliver, elsewhere: ContainerClient, calls: Calls
) -> None:
    """events 11: a blob with `Content-Encoding: gzip` is passed on as it is stored."""
    name, packed = f"{uuid4()}/packed.txt", gzip.compress(b"wine", mtime=0)
    elsewhere.upload_blob(name, packed, content_settings=ContentSettings(content_encoding="gzip"))
    deliver(name, container="elsewhere")
    (call,) = calls(f"elsewhere/{name}", 1)
    assert bytes.fromhex(call["hex"]) == packed
    assert call["length"] == len(packed)
    assert call["properties"]["ContentEncoding"] == "gzip"


def test_what_the_worker_hands_on(
    deliver: Deliver, elsewhere: ContainerClient, calls: Calls
) -> None:
    """events 12: the function gets name, address, metadata, and properties by .NET names."""
    name = f"{uuid4()}/1 + é.txt"
    elsewhere.upload_blob(name, b"wine", metadata={"captain": "Jason"})
    deliver(name, container="elsewhere")
    (call,) = calls(f"elsewhere/{name}", 1)
    assert call["name"] == f"elsewhere/{name}"
    assert "?" not in call["uri"]
    assert call["metadata"] == {"captain": "Jason"}
    properties = call["properties"]
    assert (properties["ContentLength"], properties["Metadata"]) == (4, call["metadata"])
    assert properties["CreatedOn"].endswith("+00:00")


def test_events_again_are_calls_again_while_the_blob_is_there(
    deliver: Deliver, elsewhere: ContainerClient, calls: Calls
) -> None:
    """events 13: a repeated event is another call, whatever the ETag."""
    name = f"{uuid4()}/again.txt"
    elsewhere.upload_blob(name, b"wine")
    deliver(name, name, container="elsewhere")
    calls(f"elsewhere/{name}", 2)
