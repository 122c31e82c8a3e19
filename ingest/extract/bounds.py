"""Bound a page before it is parsed.

::

    str ─ first megabytes ─ tags with few attributes ─ first tags ─▶ str

A page that is cut keeps its beginning, which has the article.
"""

from __future__ import annotations

import re
from itertools import islice

from ingest.extract.limits import (
    LONGEST_PAGE,
    LONGEST_TAG,
    MOST_ATTRIBUTES,
    MOST_REFERENCES,
    MOST_TAG_ATTRIBUTES,
    MOST_TAGS,
)

_AMPERSAND = re.compile("&")
_TAG = re.compile("<")
_ATTRIBUTE = re.compile(r"[\s\"'][^\s\"'<>=]+\s*=")
_LONG_TAG = re.compile(rf"<([a-zA-Z][^\s<>/]{{0,40}})([^<>]{{{LONGEST_TAG},}})")
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_NAME = re.compile(r"\s[^\s\"'<>=/]+")


def bound_page(html: str) -> str:
    """Return the part of a page that is read."""
    html = html[:LONGEST_PAGE]
    html = _LONG_TAG.sub(_without_attributes, html)
    html = _up_to(html, "<", _TAG, MOST_TAGS)
    html = _up_to(html, "&", _AMPERSAND, MOST_REFERENCES)
    return _up_to(html, "=", _ATTRIBUTE, MOST_ATTRIBUTES)


def _up_to(html: str, sign: str, pattern: re.Pattern[str], most: int) -> str:
    """Return the text before the match of a pattern that is one too many."""
    if html.count(sign) <= most:
        return html
    extra = next(islice(pattern.finditer(html), most, None), None)
    return html[: extra.start()] if extra else html


def _without_attributes(tag: re.Match[str]) -> str:
    """Return a long tag, without its attributes if there are very many."""
    names = islice(_NAME.finditer(_VALUE.sub("", tag[2])), MOST_TAG_ATTRIBUTES, None)
    return f"<{tag[1]}" if next(names, None) else tag[0]
