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
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_NAME = re.compile(r"\s[^\s\"'<>=/]+")


def bound_page(html: str) -> str:
    """Return the part of a page that is read."""
    html = _without_many_attributes(html[:LONGEST_PAGE])
    html = _up_to(html, "<", _TAG, MOST_TAGS)
    html = _up_to(html, "&", _AMPERSAND, MOST_REFERENCES)
    return _up_to(html, "=", _ATTRIBUTE, MOST_ATTRIBUTES)


def _up_to(html: str, sign: str, pattern: re.Pattern[str], most: int) -> str:
    """Return the text before the match of a pattern that is one too many."""
    if html.count(sign) <= most:
        return html
    extra = next(islice(pattern.finditer(html), most, None), None)
    return html[: extra.start()] if extra else html


def _without_many_attributes(html: str) -> str:
    """Return a page whose long tags have no attributes if they have very many."""
    if not _has_long_tag(html):
        return html
    pieces = html.split("<")
    long = [i for i, piece in enumerate(pieces) if len(piece) > LONGEST_TAG]
    for i in long:
        pieces[i] = _tag_without_attributes(pieces[i])
    return "<".join(pieces) if long else html


def _has_long_tag(html: str) -> bool:
    """Return whether a tag is longer than ``LONGEST_TAG``; most of a page is leapt over."""
    tag, size = -1, len(html)
    while size - tag > LONGEST_TAG:
        start, end = tag + 1, tag + LONGEST_TAG + 2
        tag = html.rfind("<", start, end)
        if tag < 0:
            if html.find(">", start, end) < 0:
                return True
            tag = html.find("<", end)
            if tag < 0:
                return False
    return False


def _tag_without_attributes(piece: str) -> str:
    """Return the text from the sign that opens a tag to the next, without it."""
    tag, end, text = piece.partition(">")
    if len(tag) <= LONGEST_TAG or not tag[:1].isalpha():
        return piece
    names = islice(_NAME.finditer(_VALUE.sub("", tag)), MOST_TAG_ATTRIBUTES, None)
    return f"{tag.split(None, 1)[0]}{end}{text}" if next(names, None) else piece
