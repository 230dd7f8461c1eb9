"""A browser's tab, with the five commands that journeys need."""

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
        """The console's error messages and all uncaught exceptions."""

    def open(self, url: str) -> None:
        """Load a page, and wait until it is loaded."""

    def evaluate(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression; a promise is awaited."""

    def press(self, x: float, y: float) -> None:
        """Press and release the left button at a point of the window, in CSS pixels."""

    def type(self, text: str) -> None:
        """Type into the focused element."""

    def close(self) -> None:
        """Close the window as a person does."""


class BrowserOfTests(Protocol):
    """A running browser."""

    version: str
    """Its name and version, as a person would say them."""

    def new_tab(self, script: str) -> Tab:
        """A tab in which `script` runs before each page's own."""


class BrowserMissingError(Exception):
    """This machine lacks a browser; the message says how to install it."""


class Kind(Protocol):
    """A kind of browser, which can be started."""

    name: str

    def start(self) -> AbstractContextManager[BrowserOfTests]:
        """Start it. Raises `BrowserMissingError`."""


def started(kind: Kind, ending: ExitStack) -> BrowserOfTests:
    """A started browser until `ending` closes; a missing one skips the test, and fails it in CI."""
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
