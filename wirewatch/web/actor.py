"""Who acts on the console: the account that is signed in, or a name typed in the browser.

Without accounts the console knows an access token, not people. Then the name is typed once and kept
in a cookie of the browser.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, unquote

from fastapi import Request, Response

from core.store.accounts import AccountRole
from core.store.console.actions import MAX_NAME
from core.text import clean_line
from wirewatch.web.auth.principal import Principal

COOKIE = "wirewatch_name"
KEPT_FOR = timedelta(days=365)

NAMELESS = "console"
"""Author of what is done by a browser in which no name was typed."""


def principal_of(request: Request) -> Principal | None:
    """Return who sends a request; None on pages that need no sign-in."""
    principal: Principal | None = getattr(request.state, "principal", None)
    return principal


def may(request: Request, role: AccountRole) -> bool:
    """Return whether the request's principal has a role, or a higher one."""
    principal = principal_of(request)
    return principal is not None and principal.role >= role


def author_name(request: Request) -> str:
    """Return the name of the account, or the typed one; empty where there is neither."""
    principal = principal_of(request)
    if principal is not None and principal.name:
        return principal.name
    return clean_line(unquote(request.cookies.get(COOKIE, "")), MAX_NAME).strip()


def actor(request: Request) -> str:
    """Return the author of what this request does."""
    return author_name(request) or NAMELESS


def author_of(request: Request, stated: str) -> str:
    """Return the author of what a client of the API does: its account, or whom it names.

    Args:
        request: The request.
        stated: The author in its body, which counts for the access token only.
    """
    principal = principal_of(request)
    return (principal.name if principal else "") or stated


def keep_name(response: Response, name: str, *, is_https: bool) -> None:
    """Keep a name in the browser; an empty one is forgotten."""
    value = quote(clean_line(name, MAX_NAME).strip())
    age = int(KEPT_FOR.total_seconds()) if value else 0
    response.set_cookie(
        COOKIE, value, max_age=age, httponly=True, samesite="strict", secure=is_https
    )
