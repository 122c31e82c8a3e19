"""A feed as a strict feed reader sees it."""

from __future__ import annotations

from typing import Any

import feedparser


def parse_feed(document: bytes | str) -> Any:
    """Parse a feed; fail where a reader would have to guess."""
    parsed: Any = feedparser.parse(document)  # type: ignore[attr-defined, no-untyped-call]
    assert not parsed.bozo, parsed.bozo_exception
    return parsed
