"""Signing in, where the console asks for a token; what is sent is judged in access."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from wirewatch.web.pages.stories import READ
from wirewatch.web.render import PageRenderer


class LoginPage:
    """The page."""

    def __init__(self, frame: PageRenderer) -> None:
        self._frame = frame

    def mount(self, app: FastAPI) -> None:
        """Put it where it is called."""
        app.add_api_route("/login", self.page, methods=READ, response_class=HTMLResponse)

    def page(self, request: Request, next: str = "/", failed: str = "") -> HTMLResponse:  # noqa: A002
        """A field for the token."""
        return self._frame.bare(
            request, "login.html", page="login", next=next[:2_000], failed=bool(failed)
        )
