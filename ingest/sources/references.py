"""Character references in text from feeds: ``&auml;``, ``&#228;``."""

from __future__ import annotations

import html
import re

# No character has a number of more digits. Python refuses to read one of more than 4,300.
_LONG_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{10,}")


def unescape(text: str) -> str:
    """Return text with the characters that references such as ``&auml;`` and ``&#228;`` mean."""
    return html.unescape(_LONG_REFERENCE.sub("", text) if "&#" in text else text)
