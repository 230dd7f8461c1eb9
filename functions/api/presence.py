"""Who is here, and who agreed to be read."""

from __future__ import annotations

import azure.functions as func

from functions import hub
from functions.ages import AGES_MAX, Ages
from functions.api.answer import answers, json_answer
from functions.api.request import Callers, json_body
from functions.contract import DoorState
from functions.fields import ages_field, consent_fields, int_field
from functions.limits import Limits
from functions.records import unknown_participant
from functions.rooms import Rooms
from functions.tickets import ParticipantTickets

ORDER_MAX = 2**31  # of one page's choices


def create_blueprint(
    *, rooms: Rooms, tickets: ParticipantTickets, callers: Callers, limits: Limits, ages: Ages
) -> func.Blueprint:
    """Register these functions over their collaborators."""
    api = func.Blueprint()
    output = hub.output(api)

    @api.function_name("announce_presence")
    @api.route("rooms/{room}/presence", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def announce_presence(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Enter the hub's group and announce it; the page repeats this on each reconnection."""
        who, _ = callers.sign_of_life(req)
        limits.spend("announcements-per-participant", who.id)
        roster = rooms.roster(who.room)
        now = {one.id: one for one in roster.participants}.get(who.id)
        if now is None:
            raise unknown_participant()  # they left just now
        actions.set(
            hub.encode(
                hub.enter_group(who.room, who.id),
                hub.joined(who.room, now),  # they may have withdrawn just now
            )
        )
        return json_answer(roster.to_json(who.id))

    @api.function_name("heartbeat")
    @api.route("rooms/{room}/heartbeat", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def heartbeat(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """A sign of life; answers with the roster and a renewed ticket.

        It takes absent participants out of the hub's group, and those whose last announcement came
        after they had left. If the caller's page went out of view or came back, the room gets a
        message at once; if that is too often, the others learn it from the next roster. The room
        also gets a message if the door opened because no host is here. The ages of the caller's
        readings go to the log, together with those of all callers.
        """
        who, changed = callers.sign_of_life(req)
        ages.note(ages_field(json_body(req), "ages", most=AGES_MAX))
        roster, absent, opened = rooms.roster_and_absent(who.room)
        sent = [hub.leave_group(who.room, one) for one in absent]
        if changed and limits.allows("announcements-per-participant", who.id):
            sent.append(hub.away_changed(who.room, who.participant))
        if opened:
            sent.append(hub.door_changed(who.room, DoorState.OPEN, by=None))
        if sent:
            actions.set(hub.encode(*sent))
        ticket, expires_at = tickets.issue(who.room, who.id)
        return json_answer({**roster.to_json(who.id), "ticket": ticket, "expiresAt": expires_at})

    @api.function_name("set_consent")
    @api.route("rooms/{room}/consent", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def set_consent(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Agree to be read, or withdraw; it holds at once, also for frames already under way.

        Withdrawing is never refused; if it comes too often, the others learn it from the roster.
        """
        who = callers.member(req)
        body = json_body(req)
        consent, scope = consent_fields(body)
        # An older page sends no order.
        order = int_field(body, "order", minimum=1, maximum=ORDER_MAX) if "order" in body else None
        if consent:
            limits.spend("announcements-per-participant", who.id)
        changed = rooms.set_consent(who.room, who.id, consent, scope, order)
        if consent or limits.allows("announcements-per-participant", who.id):
            actions.set(hub.encode(hub.consent_changed(who.room, changed)))
        return json_answer(changed.to_json())

    return api
