"""The app's managed identity, with which it signs in to Azure without keys."""

from __future__ import annotations

from typing import Any

from azure.core.credentials import TokenCredential
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

_PATIENCE: dict[str, Any] = {"connection_timeout": 2, "read_timeout": 3, "retry_total": 1}


def credential(client_id: str | None) -> TokenCredential:
    """The user-assigned identity with this client id; without one, the identity that runs the app.

    That is a system-assigned identity, or on a developer's machine the account of `az login`. The
    credential keeps and renews its tokens.
    """
    if client_id is None:
        return DefaultAzureCredential(**_PATIENCE)
    return ManagedIdentityCredential(client_id=client_id, **_PATIENCE)
