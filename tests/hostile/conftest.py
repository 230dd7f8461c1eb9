"""The real app over a real Azurite, as in tests/functions."""

from __future__ import annotations

from tests.functions.conftest import app, azurite, clock, make_app, storage_clock, storage_requests

__all__ = ["app", "azurite", "clock", "make_app", "storage_clock", "storage_requests"]
