"""An article made of a few fields: for the tests of topics, ``topics explain`` and the console."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from config.errors import UsageError
from core.ids import article_id
from core.messages import ArticleRevision
from core.text import clean, clean_line

_PARAGRAPHS = frozenset({"lead", "text"})
_LONGEST_LINE = 4000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def article_from_fields(fields: Mapping[str, Any]) -> ArticleRevision:
    """Return an article revision with some fields, cleaned as ingest does; the others are blank.

    Spans index the cleaned texts, which are those of the article that is returned.

    Raises:
        UsageError: A value cannot be used.
    """
    values = {n: _cleaned(n, value, 3) for n, value in fields.items() if value is not None}
    blank: dict[str, Any] = {
        "article_id": article_id(str(values.get("url") or "")),
        "revision": 1,
        "url": "",
        "title": "",
        "outlet": "",
        "feed_id": "",
        "language": "",
        "country": "",
        "first_seen_at": _EPOCH,
        "fetched_at": _EPOCH,
    }
    try:
        return ArticleRevision.model_validate(blank | values)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UsageError(
            f"This is no article: {clean_line(wrong)}.",
            mend='Give {"language": "de", "title": "…", "lead": "…", "text": "…"}.',
        ) from None


def _cleaned(name: str, value: Any, depth: int) -> Any:
    """Return a value with all texts cleaned; no field of an article is nested deeper."""
    if isinstance(value, str):
        return clean(value) if name in _PARAGRAPHS else clean_line(value, _LONGEST_LINE)
    if depth and isinstance(value, list | tuple):
        return [_cleaned(name, each, depth - 1) for each in value]
    if depth and isinstance(value, Mapping):
        return {key: _cleaned(key, each, depth - 1) for key, each in value.items()}
    return value
