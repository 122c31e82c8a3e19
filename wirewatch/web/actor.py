"""Who acts on the console: a name that is typed once and kept in a cookie of the browser.

The console knows an access token, not people, so the name is what somebody says it is.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, unquote

from fastapi import Request, Response

from core.store.console.actions import MAX_NAME
from core.text import clean_line

COOKIE = "wirewatch_name"
KEPT_FOR = timedelta(days=365)

NAMELESS = "console"
"""Author of what is done by a browser in which no name was typed."""


def typed_name(request: Request) -> str:
    """Return the name that was typed in this browser; empty where there is none."""
    return clean_line(unquote(request.cookies.get(COOKIE, "")), MAX_NAME).strip()


def actor(request: Request) -> str:
    """Return the author of what this request does."""
    return typed_name(request) or NAMELESS


def keep_name(response: Response, name: str, *, is_https: bool) -> None:
    """Keep a name in the browser; an empty one is forgotten."""
    value = quote(clean_line(name, MAX_NAME).strip())
    age = int(KEPT_FOR.total_seconds()) if value else 0
    response.set_cookie(
        COOKIE, value, max_age=age, httponly=True, samesite="strict", secure=is_https
    )
