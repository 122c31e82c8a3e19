"""What browsers send: a form's fields, and the address to go back to. Pure but for the body.

Answers to a form are a redirect (303), so that reloading a page repeats nothing.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse

MAX_FIELDS = 500
FLASH = ("done", "n", "at", "undo", "pick")
"""Parameters that say what was just done; they are not part of a page's address."""


class Form:
    """The fields of a form.

    Args:
        pairs: Names and values in their order.
    """

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def get(self, name: str, limit: int = 500) -> str:
        """The first value of a name without white space around it; empty where there is none."""
        return next((value.strip()[:limit] for key, value in self._pairs if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of a name, each once."""
        return list(dict.fromkeys(value for key, value in self._pairs if key == name))


async def read(request: Request) -> Form:
    """The form a request carries; the body's size is bounded before this is reached."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return Form(parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:  # too many fields
        return Form([])


def back(form: Form, default: str = "/") -> str:
    """Where the form came from, if that is a page of ours; without what was done before."""
    path = form.get("back", 2_000)
    parts = urlsplit(path) if path.startswith("/") and path[1:2] not in ("/", "\\") else None
    if parts is None or parts.netloc or any(ord(c) < 33 for c in path):
        return default
    return with_query(parts.path, parse_qsl(parts.query))


def with_query(path: str, pairs: list[tuple[str, str]], **more: str) -> str:
    """An address with a query; what was done before is left out of it."""
    kept = [(key, value) for key, value in pairs if key not in FLASH and value]
    query = urlencode([*kept, *more.items()])
    return f"{path}?{query}" if query else path


def see(address: str, **more: str) -> RedirectResponse:
    """Send the browser to a page of ours."""
    parts = urlsplit(address)
    return RedirectResponse(with_query(parts.path, parse_qsl(parts.query), **more), 303)
