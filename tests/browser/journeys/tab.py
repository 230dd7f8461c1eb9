"""A tab of some browser: the little that journeys need of it, the same for each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any, Protocol

import pytest


class Tab(Protocol):
    """A page in a window of its own, with storage of its own."""

    @property
    def errors(self) -> list[str]:
        """What the console has called an error, and every uncaught exception."""

    def open(self, url: str) -> None:
        """Load a page, and wait until it is loaded."""

    def evaluate(self, expression: str) -> Any:
        """What a JavaScript expression, perhaps a promise, comes to; it must fit into JSON."""

    def press(self, x: float, y: float) -> None:
        """Press and release the left button at this point of the window, in CSS pixels."""

    def type(self, text: str) -> None:
        """Type into what has the focus."""

    def close(self) -> None:
        """Close the window, as a person does."""


class BrowserOfTests(Protocol):
    """A browser which is running."""

    version: str
    """Its name and version, as a person would say them."""

    def new_tab(self, script: str) -> Tab:
        """A tab in which `script` runs before each page's own."""


class BrowserMissingError(Exception):
    """This machine lacks a browser; the message says how to install it."""


class Kind(Protocol):
    """A kind of browser."""

    name: str

    def start(self) -> AbstractContextManager[BrowserOfTests]:
        """Start it. Raises `BrowserMissingError`."""


def started(kind: Kind, ending: ExitStack) -> BrowserOfTests:
    """Starts it, until `ending` closes. Without it the test is skipped, saying so; CI fails."""
    try:
        return ending.enter_context(kind.start())
    except BrowserMissingError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


def find_program(names: Sequence[str], package: str) -> str:
    """The first of these programs on this machine. Raises `BrowserMissingError`."""
    for name in names:
        if found := shutil.which(name):
            return found
    raise BrowserMissingError(f"none of {', '.join(names)} is here: apt-get install {package}")
