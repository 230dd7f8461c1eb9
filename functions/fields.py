"""The fields of a request's JSON: each is checked, and a refusal says what to send."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from functions.contract import (
    FRAME_NUMBER,
    SIGNAL_MAX_DEPTH,
    ApiError,
    ConsentScope,
    is_random_id,
)

Choice = TypeVar("Choice", bound=StrEnum)

_CONNECTIONS_MAX = 8  # one for each window in which somebody has the call open
_CONNECTION = re.compile(r"[A-Za-z0-9-]{1,64}")  # it becomes part of a URL
_SURROGATE = re.compile("[\\ud800-\\udfff]")


def wrong_field(field: str, wanted: str) -> NoReturn:
    """Refuse the value at `field`: ApiError 400 `invalid-field`."""
    raise ApiError(400, "invalid-field", f"{field}: send {wanted}.")


def text_field(body: Mapping[str, Any], field: str, *, max_length: int) -> str:
    """The text at `field`, 1 to `max_length` characters.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, str) or not 1 <= len(value) <= max_length or _SURROGATE.search(value):
        wrong_field(field, f"a text of 1 to {max_length} characters")
    return value


def bool_field(body: Mapping[str, Any], field: str) -> bool:
    """The truth value at `field`.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, bool):
        wrong_field(field, "true or false")
    return value


def consent_fields(body: Mapping[str, Any]) -> tuple[bool, ConsentScope | None]:
    """Whether somebody agrees, and the scope if there is one: an older page sends no `scope`.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    scope = choice_field(body, "scope", ConsentScope) if "scope" in body else None
    return bool_field(body, "consent"), scope


def int_field(body: Mapping[str, Any], field: str, *, minimum: int, maximum: int) -> int:
    """The whole number at `field`, within bounds.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if type(value) is not int or not minimum <= value <= maximum:
        wrong_field(field, f"a whole number from {minimum} to {maximum}")
    return value


def fraction_field(body: Mapping[str, Any], field: str) -> float:
    """The number at `field`, 0 to 1. NaN is refused; Python's JSON would accept it.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        wrong_field(field, "a number from 0 to 1")
    return float(value)


def ages_field(body: Mapping[str, Any], field: str, *, most: int) -> list[int]:
    """The whole numbers at `field`, at most `most`; none if it is left out.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field, [])
    if (
        not isinstance(value, list)
        or len(value) > most
        or not all(type(age) is int for age in value)
    ):
        wrong_field(field, f"at most {most} whole numbers")
    return value


def choice_field(body: Mapping[str, Any], field: str, choices: type[Choice]) -> Choice:
    """The one of `choices` at `field`.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, str) or value not in set(choices):
        wrong_field(field, "one of " + ", ".join(choices))
    return choices(value)


def frame_field(body: Mapping[str, Any], field: str) -> str:
    """The frame's number at `field`.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, str) or not FRAME_NUMBER.fullmatch(value):
        wrong_field(field, "a frame's number, 13 digits")
    return value


def id_field(body: Mapping[str, Any], field: str) -> str:
    """The id at `field`: a participant's, or what a page made up as random as that.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, str) or not is_random_id(value):
        wrong_field(field, "an id, 22 characters of base64url")
    return value


def connections_field(body: Mapping[str, Any], field: str) -> list[str]:
    """The video provider's ids of somebody's connections at `field`; none if it is left out.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field, [])
    if (
        not isinstance(value, list)
        or len(value) > _CONNECTIONS_MAX
        or not all(isinstance(one, str) and _CONNECTION.fullmatch(one) for one in value)
    ):
        wrong_field(field, f"at most {_CONNECTIONS_MAX} ids of connections")
    return value


def object_field(body: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The object at `field`, if it is strict JSON; Python accepts more than JavaScript does.

    NaN or half a character would end the receiver's connection. The Functions host reads no integer
    of more than 380 digits: it would send nothing and answer 500.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, dict) or not _is_plain(value, SIGNAL_MAX_DEPTH):
        wrong_field(field, f"an object of plain JSON, at most {SIGNAL_MAX_DEPTH} levels deep")
    return value


def _is_plain(value: object, depth: int) -> bool:
    match value:
        case dict():
            return depth > 0 and all(_is_plain(v, depth - 1) for v in (*value, *value.values()))
        case list():
            return depth > 0 and all(_is_plain(v, depth - 1) for v in value)
        case str():
            return not _SURROGATE.search(value)
        case int() | float():
            return abs(value) <= sys.float_info.max  # NaN is not
    return True
