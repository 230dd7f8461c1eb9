"""The function app: HTTP functions around a call, and the blob trigger that reads each frame."""

# The version of everything: frontend/package.json and the package report say the same.
from __future__ import annotations

__version__ = "1.0.0"
