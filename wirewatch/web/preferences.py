"""What a browser remembers about its reader: small values in cookies, none of them a secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fastapi import Request, Response

KEPT_FOR = timedelta(days=365)

LAYOUT_COOKIE = "wirewatch_list"
CARDS, COMPACT = "cards", "compact"
LAYOUTS = (CARDS, COMPACT)
"""How the list of stories is laid out, and values of the parameter ``list``; the first is used
until the reader chooses another."""


def choose_layout(request: Request) -> str:
    """Return the layout that the address asks for, else the last one chosen in this browser."""
    return (
        _one_of(request.query_params.get("list", ""), LAYOUTS)
        or _one_of(request.cookies.get(LAYOUT_COOKIE, ""), LAYOUTS)
        or CARDS
    )


def remember_layout(response: Response, request: Request, layout: str) -> None:
    """Remember a layout that the address asked for."""
    if _one_of(request.query_params.get("list", ""), LAYOUTS):
        remember(response, request, LAYOUT_COOKIE, layout)


def remember(response: Response, request: Request, name: str, value: str) -> None:
    """Store a value in the browser for :data:`KEPT_FOR`; no script of a page reads it."""
    response.set_cookie(
        name,
        value,
        max_age=int(KEPT_FOR.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def _one_of(value: str, values: Sequence[str]) -> str:
    return value if value in values else ""
