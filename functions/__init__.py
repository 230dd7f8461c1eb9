"""The function app: HTTP functions around a call, and the blob trigger that reads each frame."""

from __future__ import annotations

__version__ = "1.0.0"  # of everything: frontend/package.json and the package report say the same
