"""The real app over a real Azurite, as in tests/functions."""

from tests.functions.conftest import app, azurite, make_app

__all__ = ["app", "azurite", "make_app"]
