"""The app's managed identity, with which it signs in to Azure without keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from azure.core.credentials import (
    AccessToken,
    AccessTokenInfo,
    TokenCredential,
    TokenRequestOptions,
)
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

from functions.connections import transport

_CONNECT, _READ = 2.0, 3.0  # s

Token = TypeVar("Token", AccessToken, AccessTokenInfo)


def credential(client_id: str | None) -> TokenCredential:
    """The user-assigned identity with this client id; without one, the identity that runs the app.

    That is a system-assigned identity, or on a developer's machine the account of `az login`. The
    credential keeps and renews its tokens. If it gets none, it raises AzureError.
    """
    options: dict[str, Any] = {
        "transport": transport(connect=_CONNECT, read=_READ),
        "retry_total": 1,
    }
    if client_id is None:
        return _Credential(DefaultAzureCredential(**options))
    return _Credential(ManagedIdentityCredential(client_id=client_id, **options))


class _Credential:
    """A credential whose failures are all AzureErrors.

    Of an answer that is not what it should be, for example a 503 without a body, the SDK raises
    ValueError or AttributeError.
    """

    def __init__(self, credential: DefaultAzureCredential | ManagedIdentityCredential) -> None:
        self._credential = credential

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """See `TokenCredential.get_token`."""
        return _given(lambda: self._credential.get_token(*scopes, **options))

    def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        """See `SupportsTokenInfo.get_token_info`."""
        return _given(lambda: self._credential.get_token_info(*scopes, options=options))


def _given(ask: Callable[[], Token]) -> Token:
    try:
        return ask()
    except AzureError:
        raise
    except Exception as error:
        raise ClientAuthenticationError("an answer that is no token's") from error
