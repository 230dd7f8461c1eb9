"""A static site beside the functions, as Azure Static Web Apps serves it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class Site(StaticFiles):
    """The files of one directory; `/` gets `index.html`, an unknown path 404 with `404.html`.

    `overlay` is a second directory, whose files win; only this machine serves it.

    `config` is `staticwebapp.config.json`. Only its `globalHeaders` and the headers of the first
    matching route are used. There is no fallback, as on Azure without `navigationFallback`: the
    page has one path, and a room is in its fragment. HTML is revalidated at each visit, because it
    names the other files by their hashes.
    """

    def __init__(
        self,
        directory: Path,
        overlay: Path | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(directory=directory, html=True)
        if overlay is not None:
            self.all_directories = [overlay, *self.all_directories]
        self._config = config or {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file; raises 404 if there is none."""
        response = await super().get_response(path, scope)
        if response.headers.get("content-type", "").startswith("text/html"):
            response.headers["Cache-Control"] = "no-cache"
        response.headers.update(self._headers(f"/{path}"))
        return response

    def _headers(self, path: str) -> dict[str, str]:
        headers: dict[str, str] = dict(self._config.get("globalHeaders", {}))
        for route in self._config.get("routes", ()):
            pattern = route["route"]
            if path == pattern or (pattern.endswith("*") and path.startswith(pattern[:-1])):
                headers |= route.get("headers", {})
                break
        return headers
