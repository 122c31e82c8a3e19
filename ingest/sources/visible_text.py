"""What readers see of a field of an entry: without markup, and without words for "none"."""

from __future__ import annotations

import re

from ingest.sources.references import unescape

_TAG = re.compile(r"<[^<>]*>")
_NOTHING = frozenset({"", "n/a", "na", "none", "null", "nil", "undefined", "-", "--", "#", "?"})

LONGEST_PLACEHOLDER = max(map(len, _NOTHING))


def visible_bytes(text: str) -> bytes:
    """Return the visible characters of text or markup in UTF-8, without white space."""
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = unescape(text)
    return text.encode("utf-8", "replace").translate(None, b" \t\r\n")


def is_placeholder(text: str) -> bool:
    """Return whether a guid or link is a word for "none", as ``N/A``, which all entries share."""
    return text.strip().casefold() in _NOTHING
