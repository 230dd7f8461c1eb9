"""A static site beside the functions, as Azure Static Web Apps serves it."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class Site(StaticFiles):
    """The files of one directory; ``/`` and unknown paths without an extension get ``index.html``.

    ``overlay`` is a second directory, whose files win: what only this machine serves.

    The fallback is what ``navigationFallback`` does there. ``config`` is what the service reads of
    ``staticwebapp.config.json``: of it ``globalHeaders`` and the headers of the first route that
    matches are obeyed. HTML is revalidated at each visit, since it names the other files by their
    hashes.
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
        """The file, or the page; raises 404 for a file that is not there."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or PurePosixPath(path).suffix:
                raise
            response = await super().get_response("index.html", scope)
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
