"""An article made of a few fields: for the tests of topics, ``topics explain`` and the console."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from config.errors import UsageError
from core.ids import article_id
from core.messages import ArticleRevision
from core.text import clean_line

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def article_from_fields(fields: Mapping[str, Any]) -> ArticleRevision:
    """Return an article revision with some fields, in NFC; the others are blank.

    Texts are not changed further, so that spans index them as they were given.

    Raises:
        UsageError: A value cannot be used.
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
    values = {name: _composed(value) for name, value in fields.items() if value is not None}
    try:
        return ArticleRevision.model_validate(blank | values)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {clean_line(e['msg'])}" for e in error.errors()
        )
        raise UsageError(
            f"This is no article: {wrong}.",
            mend='Give {"language": "de", "title": "…", "lead": "…", "text": "…"}.',
        ) from None


def _composed(value: Any) -> Any:
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
