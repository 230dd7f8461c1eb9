"""People who are gone: whom to take out of the hub's group, and which records to delete.

Whoever joins and leaves again and again leaves many records. So each call handles a bounded number,
and the next calls go on. Joins set records aside, so that they are in no listing but a heartbeat's.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from functions.record_format import Place, Record
from functions.records import ABSENT_AFTER, Records
from functions.seats import Look, is_hosting

AT_ONCE = 50  # as many as the largest room seats: all may end at once
_BY_A_JOIN = 4  # more than it adds, so no room fills where no one gives signs of life
LISTED = 10  # people who are gone; a usual call has no more, and so sets nobody aside


def take_out(records: Records, room: str, now: Look) -> list[str]:
    """Delete records that are over; returns the ids to take out of the hub's group.

    Whoever stopped giving signs of life leaves by this. Of many who are gone, those whom a host
    removed come first, and the others by chance: so no crowd hides somebody for long.
    """
    recent, over = _recent_and_over(records, now)
    recent = [
        record
        for record in recent
        if record.place in (Place.LEFT, Place.REMOVED)
        and records.age(record.last_seen) <= ABSENT_AFTER
    ]
    recent.sort(key=lambda one: (one.place is not Place.REMOVED, random.random()))
    gone = _delete(records, room, over[:AT_ONCE])
    inside = (Place.SEATED, Place.LEFT, Place.REMOVED)
    return [
        *(record.id for record in recent[:AT_ONCE]),
        *(record.id for record in gone if record.place in inside),
    ]


def make_room(records: Records, room: str, now: Look) -> None:
    """Delete a few records that are over, for a new one; of many that are not, set some aside."""
    recent, over = _recent_and_over(records, now)
    _delete(records, room, over[:_BY_A_JOIN])
    gone = [record for record in recent if record.is_gone and not is_hosting(records, record)]
    for record in gone[LISTED:][-_BY_A_JOIN:]:  # the longest gone
        records.set_aside(room, record)


def _recent_and_over(records: Records, now: Look) -> tuple[list[Record], list[Record]]:
    recent: list[Record] = []
    over: list[Record] = []
    for record in sorted(now.elsewhere, key=lambda one: one.last_seen, reverse=True):
        (over if records.is_over(record) else recent).append(record)
    return recent, over


def _delete(records: Records, room: str, over: Sequence[Record]) -> list[Record]:
    """Delete or empty these; returns them without those who gave a sign of life just now."""
    return [record for record in over if records.end(room, record)]
