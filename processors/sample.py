"""An article made of the few fields somebody typed: for tests of topics and ``topics explain``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from config.errors import UsageError
from core.ids import article_id
from core.messages import ArticleRevision
from core.text import clean, clean_line

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TITLE = 1000
_ONE_LINE = ("title",)
_TEXTS = ("lead", "text")


def article_from(fields: Mapping[str, Any]) -> ArticleRevision:
    """An article revision of the fields given, cleaned as ingest cleans; the others are blank.

    Raises:
        UsageError: A field cannot be used.
    """
    blank: dict[str, Any] = {
        "article_id": article_id(str(fields.get("url") or "")),
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
    given = {name: _cleaned(name, value) for name, value in fields.items() if value is not None}
    try:
        return ArticleRevision.model_validate(blank | given)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {clean_line(e['msg'])}" for e in error.errors()
        )
        raise UsageError(
            f"This is no article: {wrong}.",
            mend='Give {"language": "de", "title": "…", "lead": "…", "text": "…"}.',
        ) from None


def _cleaned(name: str, value: Any) -> Any:
    if isinstance(value, str) and name in _ONE_LINE:
        return clean_line(value, _LONGEST_TITLE)
    return clean(value) if isinstance(value, str) and name in _TEXTS else value
