"""What the log says of an exception: its type and place, never its text.

A text may hold a room, a person or a signature. The Functions host would log text and stack, so
`host.json` keeps its lines about functions out of the log, and the functions log their own first.
"""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")

_CODE = Path(__file__).parent


def place(error: BaseException) -> str:
    """For example `TypeError at functions/rooms.py:123 in participant`.

    The place is the innermost line of the app's own code; libraries are left out.
    """
    kind = type(error).__name__
    if error.__cause__ is not None:
        kind = f"{kind} after {type(error.__cause__).__name__}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_CODE):
            return f"{kind} at {path.relative_to(_CODE.parent)}:{frame.lineno} in {frame.name}"
    return kind


def logged(handler: Callable[Given, Result]) -> Callable[Given, Result]:
    """The same function, but it logs an exception before it raises it."""

    @functools.wraps(handler)
    def call(*arguments: Given.args, **named: Given.kwargs) -> Result:
        try:
            return handler(*arguments, **named)
        except Exception as error:
            logging.error("%s failed: %s", handler.__name__, place(error))
            raise

    return call
