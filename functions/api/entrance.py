"""The answer to a person who joins, or who waits at the closed door."""

from __future__ import annotations

import azure.functions as func

from functions.api.answer import json_answer
from functions.roster import Participant
from functions.tickets import ParticipantTickets


class Entrance:
    """Answers with a participant ticket, for a seat or for waiting."""

    def __init__(self, tickets: ParticipantTickets, capacity: int) -> None:
        self._tickets = tickets
        self._capacity = capacity

    def answer(
        self, room: str, who: Participant, *, waits: bool, status: int = 201
    ) -> func.HttpResponse:
        """`status` with the seat, or 202 if they wait."""
        ticket, expires_at = self._tickets.issue(room, who.id)
        known = {"participant": who.id, "ticket": ticket, "expiresAt": expires_at}
        if waits:
            return json_answer(known | {"waiting": True}, 202)
        host = who.host is not None
        seat = {"name": who.name, "host": host, "capacity": self._capacity}
        return json_answer(known | seat, status)
