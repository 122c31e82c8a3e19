"""The status of the system alone, with which open pages keep theirs current."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from wirewatch.web.render import READ_METHODS, PageRenderer


class StatusFragment:
    """Answers ``/status`` with the line and the problems that every page shows."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the fragment to the app."""
        app.add_api_route(
            "/status", self.fragment, methods=READ_METHODS, response_class=HTMLResponse
        )

    def fragment(self, request: Request) -> HTMLResponse:
        """Return the status as it is now."""
        answer = self._renderer.render(request, "status.html", tab="")
        answer.headers["Cache-Control"] = "no-store"
        return answer
