"""Disputed pages for the tests of what shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.ids import hash_parts
from core.store.disputed_pages import DisputedPage


def disputed_page(name: str, at: datetime, **values: Any) -> DisputedPage:
    """Return a disputed page of the outlet ``kurier``."""
    fields: dict[str, Any] = {
        "article_id": hash_parts("article", name),
        "outlet": "kurier",
        "url": f"https://kurier.example/{name}",
        "title": f"Titel {name}",
        "reason": "cut_within",
        "source": "plain",
        "text": "Der ganze Text.\nMit zwei Absätzen.",
        "size": 34,
        "other_source": "page",
        "other": "Der halbe Text.",
        "other_size": 15,
        "at": at,
    }
    return DisputedPage(**fields | values)
