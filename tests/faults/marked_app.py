"""The product with a reader that takes no time, whose storage and hub may lie behind a proxy.

`STORAGE_THROUGH` and `HUB_THROUGH` replace the addresses of the two connection strings, for the app
and for the bindings, which read them when the host starts.
"""

from __future__ import annotations

import os
import re

from tests.faults.marked_reader import MarkedReader


def _lead_through(setting: str, part: str, address: str | None) -> None:
    if address:
        connection = os.environ[setting]
        os.environ[setting] = re.sub(rf"{part}=http://[^/;]+", f"{part}={address}", connection)


_lead_through("FramesStorage", "BlobEndpoint", os.environ.get("STORAGE_THROUGH"))
_lead_through("AzureSignalRConnectionString", "Endpoint", os.environ.get("HUB_THROUGH"))

from function_app import create_app  # noqa: E402 - it reads the settings when it is loaded
from functions.settings import Settings  # noqa: E402

app = create_app(Settings.from_environ(os.environ), MarkedReader())
