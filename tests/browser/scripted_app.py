"""The product with a reader of painted colours in place of faces."""

from __future__ import annotations

import os

from function_app import create_app
from functions.settings import Settings
from tests.browser.colours import ColourReader

app = create_app(Settings.from_environ(os.environ), ColourReader())
