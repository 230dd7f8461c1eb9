"""The product with a reader that takes no time."""

from __future__ import annotations

import os

from function_app import create_app
from functions.settings import Settings
from tests.faults.marked_reader import MarkedReader

app = create_app(Settings.from_environ(os.environ), MarkedReader())
