"""Looks into a storage queue, over its REST interface."""

from __future__ import annotations

import base64
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


def peek(connection_string: str, queue: str, about: str) -> Message:
    """The queue's first message that holds this text, once it is there; it stays where it is."""
    parts = dict(part.split("=", 1) for part in connection_string.split(";") if "=" in part)
    signature = generate_account_sas(
        parts["AccountName"],
        parts["AccountKey"],
        ResourceTypes(object=True),
        AccountSasPermissions(read=True),
        datetime.now(UTC) + timedelta(minutes=5),
        services=Services(queue=True),
    )
    url = f"{parts['QueueEndpoint']}/{queue}/messages?peekonly=true&numofmessages=32&{signature}"

    def found() -> list[Message]:
        answer = httpx.get(url, trust_env=False, timeout=waiting.PATIENCE)
        messages = _messages(answer.text) if answer.status_code == 200 else []
        return [one for one in messages if about in one.text]

    return waiting.until(found, f"a message about {about} in {queue}")[0]


def _messages(document: str) -> list[Message]:
    return [
        Message(
            base64.b64decode(one.findtext("MessageText", "")).decode(),
            parsedate_to_datetime(one.findtext("InsertionTime", "")),
            parsedate_to_datetime(one.findtext("ExpirationTime", "")),
        )
        for one in ElementTree.fromstring(document)
    ]
