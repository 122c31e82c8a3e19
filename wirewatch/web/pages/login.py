"""The sign-in page. :mod:`wirewatch.web.auth.access` handles the form."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from wirewatch.web.render import READ_METHODS, PageRenderer


class LoginPage:
    """Asks for a name and its password, or for the access token while there are no accounts."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the page to the app."""
        app.add_api_route("/login", self.page, methods=READ_METHODS, response_class=HTMLResponse)

    def page(self, request: Request, next: str = "/", failed: str = "") -> HTMLResponse:  # noqa: A002
        """Show the sign-in form.

        Args:
            request: The request.
            next: Page to open after signing in; access control checks it when it redirects.
            failed: Not empty if the last attempt failed.
        """
        return self._renderer.render_without_store(
            request,
            "login.html",
            tab="login",
            next=next[:2_000],
            failed=bool(failed),
            has_accounts=getattr(request.state, "has_accounts", False),
        )
