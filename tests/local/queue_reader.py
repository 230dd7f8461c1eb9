"""Looks into a storage queue, over its REST interface."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from xml.etree import ElementTree

import httpx
from azure.storage.blob import AccountSasPermissions, ResourceTypes, Services, generate_account_sas

from tests import waiting


class Message(NamedTuple):
    """What a queue message says and how long it stays."""

    text: str
    inserted: datetime
    expires: datetime


def peek(connection_string: str, queue: str, at_least: int) -> list[Message]:
    """The queue's first messages, once there are so many; they stay where they are."""
    parts = dict(part.split("=", 1) for part in connection_string.split(";") if "=" in part)
    deadline = time.monotonic() + waiting.PATIENCE
    signature = generate_account_sas(
        parts["AccountName"],
        parts["AccountKey"],
        ResourceTypes(object=True),
        AccountSasPermissions(read=True),
        datetime.now(UTC) + timedelta(minutes=5),
        services=Services(queue=True),
    )
    url = f"{parts['QueueEndpoint']}/{queue}/messages?peekonly=true&numofmessages=32&{signature}"
    while True:
        answer = httpx.get(url, trust_env=False, timeout=waiting.PATIENCE)
        found = _messages(answer.text) if answer.status_code == 200 else []
        if len(found) >= at_least or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def _messages(document: str) -> list[Message]:
    return [
        Message(
            base64.b64decode(one.findtext("MessageText", "")).decode(),
            parsedate_to_datetime(one.findtext("InsertionTime", "")),
            parsedate_to_datetime(one.findtext("ExpirationTime", "")),
        )
        for one in ElementTree.fromstring(document)
    ]
