"""Addresses that a request may send the browser to: pages of this console, never another site."""

from __future__ import annotations

MAX_LENGTH = 2_000
"""Characters of an address at most; browsers and proxies handle that many."""


def own_address(text: str, default: str = "/") -> str:
    r"""Return the address if it is an absolute path on this origin, else the default.

    A browser reads ``//host`` and ``/\host`` as another host, and drops tabs and line feeds first
    (WHATWG URL, 4.4). So only printable ASCII without spaces is accepted, with one slash
    at the beginning.

    Args:
        text: Path and query; untrusted.
        default: A page of this console.
    """
    is_path = text.startswith("/") and text[1:2] not in ("/", "\\")
    is_plain = text.isascii() and text.isprintable() and " " not in text
    return text if is_path and is_plain and len(text) <= MAX_LENGTH else default
