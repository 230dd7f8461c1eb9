"""The parts of a request that routes use: the caller, their address, the JSON body."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from typing import Any

import azure.functions as func

from functions.contract import SIGNAL_MAX_BYTES, ApiError, Claims
from functions.fields import bool_field
from functions.rooms import Rooms
from functions.roster import Participant
from functions.tickets import ParticipantTickets

_BODY_MAX_BYTES = SIGNAL_MAX_BYTES + 1_000


@dataclass(frozen=True)
class Member:
    """A caller with a valid ticket who has not left; `claims` is what the ticket says."""

    claims: Claims
    participant: Participant

    @property
    def room(self) -> str:
        return self.claims.room

    @property
    def id(self) -> str:
        return self.claims.participant


class Callers:
    """Finds the caller from the request's ticket and the room's record.

    Each method raises the ApiErrors of `ParticipantTickets.verify` and of `Rooms.participant`.
    """

    def __init__(self, rooms: Rooms, tickets: ParticipantTickets) -> None:
        self._rooms = rooms
        self._tickets = tickets

    def claims(self, req: func.HttpRequest) -> Claims:
        """The ticket's claims; this does not look up whether its participant is still here."""
        return self._tickets.verify(req.headers.get("authorization"), req.route_params["room"])

    def member(self, req: func.HttpRequest) -> Member:
        """A participant of the room in the route."""
        claims = self.claims(req)
        return Member(claims, self._rooms.participant(claims.room, claims.participant))

    def host(self, req: func.HttpRequest) -> Member:
        """A present host of the room in the route; else 403 `host-required`."""
        who = self.member(req)
        if not who.participant.host:
            raise ApiError(403, "host-required", "Only a host of this call may do this.")
        return who

    def agreed(self, req: func.HttpRequest) -> Member:
        """A participant who agreed to be read; else 403 `consent-required`."""
        who = self.member(req)
        if not who.participant.consent:
            raise ApiError(
                403,
                "consent-required",
                "You have not agreed to have your expression read. Agree first, then try again.",
            )
        return who

    def sign_of_life(self, req: func.HttpRequest) -> tuple[Member, bool]:
        """Prolong the caller's stay; returns them, and whether `away` changed."""
        claims = self.claims(req)
        body = json_body(req)
        away = bool_field(body, "away") if "away" in body else None
        who, changed = self._rooms.touch(claims.room, claims.participant, away=away)
        return Member(claims, who), changed


def require_same_participant(claims: Claims, participant: str | None) -> None:
    """Raises ApiError 403 `other-participant` unless the ticket is for `participant`."""
    if participant != claims.participant:
        raise ApiError(403, "other-participant", "The ticket is for another participant.")


def json_body(req: func.HttpRequest) -> dict[str, Any]:
    """A request's JSON object; an empty body counts as an empty object.

    Raises:
        ApiError: 413 `body-too-large`, 400 `invalid-json`.
    """
    raw = req.get_body()
    if len(raw) > _BODY_MAX_BYTES:
        raise ApiError(413, "body-too-large", f"Send at most {_BODY_MAX_BYTES} bytes.")
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "invalid-json", "Send a JSON object.")
    return body


def address_of(req: func.HttpRequest) -> str:
    """The caller's address as Azure's front end saw it: the last entry of X-Forwarded-For.

    The caller can forge the entries before it. A household's IPv6 addresses (a /64) count as one.
    An address that cannot be parsed gives an empty string.
    """
    last = req.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    host = last[1:].partition("]")[0] if last.startswith("[") else last
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped  # else all of IPv4 were one household
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
