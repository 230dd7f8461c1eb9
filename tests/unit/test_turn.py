"""TURN credentials are what coturn accepts for the shared secret."""

from __future__ import annotations

import base64
import hmac

from functions.contract import Claims
from functions.video.mesh import Mesh
from functions.video.turn import Turn

_SECRET = "north"  # pragma: allowlist secret
_NOW = 1_800_000_000
_CLAIMS = Claims("r" * 22, "p" * 22, expires_at=(_NOW + 7200) * 1000)


def _mesh(lifetime: int = 3600) -> Mesh:
    turn = Turn(("turn:turn.example.org",), _SECRET, lifetime, lambda: _NOW + 0.9)
    return Mesh([{"urls": "stun:stun.example.org"}], turn)


def test_the_credential_is_the_username_s_hmac_and_names_its_end() -> None:
    """The credential is base64 of HMAC-SHA1 of the username, as for `use-auth-secret`."""
    stun, turn = _mesh().token(_CLAIMS)["iceServers"]
    assert stun == {"urls": "stun:stun.example.org"}
    assert turn["urls"] == ["turn:turn.example.org"]
    expiry, _, whose = turn["username"].partition(":")
    assert int(expiry) == _NOW + 3600
    assert whose
    expected = hmac.digest(_SECRET.encode(), turn["username"].encode(), "sha1")
    assert base64.b64decode(turn["credential"]) == expected


def test_participants_share_neither_credential_nor_secret() -> None:
    """Each answer has its own credential, and holds neither the secret nor the participant's id."""
    first, second = (_mesh().token(_CLAIMS) for _ in range(2))
    assert first["iceServers"][1]["credential"] != second["iceServers"][1]["credential"]
    for told in (repr(first), repr(second)):
        assert _SECRET not in told
        assert _CLAIMS.participant not in told


def test_the_token_ends_with_what_ends_first() -> None:
    """The token's expiry is the earlier one of TURN credential and ticket."""
    assert _mesh(3600).token(_CLAIMS)["expiresAt"] == (_NOW + 3600) * 1000
    assert _mesh(86_400).token(_CLAIMS)["expiresAt"] == _CLAIMS.expires_at
    assert Mesh([]).token(_CLAIMS)["expiresAt"] == _CLAIMS.expires_at
