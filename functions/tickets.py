"""Participant tickets: a signed JWT (RFC 7519) that names a participant and their room."""

from __future__ import annotations

from collections.abc import Callable

import jwt

from functions.contract import ApiError, Claims, is_random_id

_ALGORITHM = "HS256"
_AUDIENCE = "room"


class ParticipantTickets:
    """Signs and verifies participant tickets, which last for hours."""

    def __init__(self, key: str, lifetime: int, now: Callable[[], float]) -> None:
        self._key = key
        self._lifetime = lifetime
        self._now = now

    def issue(self, room: str, participant: str) -> tuple[str, int]:
        """A signed ticket and when it expires (milliseconds)."""
        expires = int(self._now()) + self._lifetime
        ticket = jwt.encode(
            {
                "aud": _AUDIENCE,
                "sub": participant,
                "room": room,
                "exp": expires,
            },
            self._key,
            algorithm=_ALGORITHM,
        )
        return ticket, expires * 1000

    def verify(self, authorization: str | None, room: str) -> Claims:
        """The claims of an `Authorization: Bearer TICKET` header, for use in `room`.

        Raises:
            ApiError: 401 `ticket-missing`, `ticket-expired` or `ticket-invalid`;
                403 `ticket-other-room`.
        """
        scheme, _, ticket = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not ticket:
            raise ApiError(
                401,
                "ticket-missing",
                "Join the room, then send its ticket as Authorization: Bearer.",
            )
        try:
            payload = jwt.decode(
                ticket.strip(),
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={
                    "require": ["exp", "sub", "room"],
                    "verify_exp": False,  # checked below, by this app's clock
                    "verify_iat": False,  # only an earlier release wrote it
                },
            )
            expires = int(payload["exp"])
        except (jwt.InvalidTokenError, TypeError, ValueError, OverflowError):
            raise _not_ours() from None
        if expires <= self._now():
            raise ApiError(401, "ticket-expired", "The ticket has expired. Join again.")
        if payload["room"] != room:
            raise ApiError(
                403, "ticket-other-room", "The ticket is for another room. Join this one."
            )
        if not is_random_id(payload["sub"]):
            raise _not_ours()
        return Claims(room, payload["sub"], expires * 1000)


def _not_ours() -> ApiError:
    return ApiError(401, "ticket-invalid", "The ticket is not ours. Join again.")
