"""Forms as browsers send them, and the addresses they lead back to.

Every form is answered with a redirect (303), so that reloading the page does not repeat the action.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse

from wirewatch.web.addresses import MAX_LENGTH, own_address

MAX_FIELDS = 500

FLASH_PARAMETERS = ("done", "n", "at", "undo", "pick", "until")
"""Parameters of a confirmation (:mod:`wirewatch.web.flash`); not part of a page's own address."""


class Form:
    """The fields of a form.

    Args:
        pairs: Names and values in the order in which they were sent.
    """

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def get(self, name: str, limit: int = 500) -> str:
        """Return the first value of a field, stripped and cut; empty if the field is missing."""
        return next((value.strip()[:limit] for key, value in self._pairs if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return the distinct values of a field."""
        return list(dict.fromkeys(value for key, value in self._pairs if key == name))


async def read(request: Request) -> Form:
    """Read the form of a request. Access control has limited the size of its body."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return Form(parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:  # too many fields
        return Form([])


def return_address(form: Form, default: str = "/") -> str:
    """Return the address in the form's ``back`` field if it is a page of this console.

    Parameters of an earlier confirmation are left out.
    """
    parts = urlsplit(own_address(form.get("back", MAX_LENGTH), default))
    return with_query(parts.path, parse_qsl(parts.query))


def with_query(path: str, pairs: list[tuple[str, str]], **more: str) -> str:
    """Return a path with a query string, without empty values and earlier confirmations."""
    own = [(key, value) for key, value in pairs if key not in FLASH_PARAMETERS and value]
    query = urlencode([*own, *more.items()])
    return f"{path}?{query}" if query else path


def redirect(address: str, **more: str) -> RedirectResponse:
    """Redirect the browser to a page of this console, with more parameters in its address."""
    parts = urlsplit(own_address(address))
    return RedirectResponse(with_query(parts.path, parse_qsl(parts.query), **more), 303)
