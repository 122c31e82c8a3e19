"""Untrusted text made fit for a page: cleaned, bounded, marked. Pure.

Templates escape; what is cut and cleaned here can neither reorder the line it stands in nor fill
the page.
"""

from __future__ import annotations

from core.http import wire_url
from core.text import clean_line

LONGEST_TITLE = 300
"""Characters; real headlines have a third of that."""


def title(text: str) -> str:
    """A headline on one line; empty where there is none."""
    return clean_line(text, LONGEST_TITLE)


def line(text: str, limit: int = 400) -> str:
    """Any other words on one line."""
    return clean_line(text, limit)


def link(url: str) -> str:
    """Return the URL where it leads to http or https, else nothing."""
    return wire_url(url) or ""
