"""An article somebody gives to be looked at: on the command line, or in a box of the console.

::

    URL ──fetched by the guarded client──▶ HTML ─┬─▶ extracted ─▶ ArticleRevision
    JSON object ─────────────────────────────────┘
"""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.errors import FetchError, UsageError
from config.i18n import Phrase
from config.settings import Settings

if TYPE_CHECKING:
    from core.http import Response
    from core.messages import ArticleRevision
    from ingest.extract import ExtractedPage

Given = tuple["ArticleRevision", str | None]
"""An article, and its language where whoever gave it states it."""


def is_url(source: str) -> bool:
    """Whether it is to be fetched."""
    try:
        return urlsplit(source).scheme in ("http", "https")
    except ValueError:  # an IPv6 address that is none: a file may be called so
        return False


async def fetch(url: str, settings: Settings) -> Response:
    """The page at an address, within the program's own limits.

    Raises:
        FetchError: It could not be had, or may not be asked for.
    """
    from core.http import HttpClient

    async with HttpClient.open(settings) as client:
        response = await client.get(url, max_bytes=settings.http_max_page_bytes)
    if response.status != 200:
        reason = Phrase("fetch.answered", url=url, status=response.status)
        raise FetchError(url, f"http_{response.status}", reason)
    return response


def is_json(body: bytes) -> bool:
    """Whether it begins as a JSON object does."""
    return body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{"


def from_json(name: str, body: bytes) -> Given:
    """The article a JSON object describes.

    Args:
        name: What to call it where it is none.
        body: UTF-8.

    Raises:
        UsageError: It is no JSON, or no article.
    """
    from processors import article_from_fields

    try:
        fields = json.loads(body.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{name} is no JSON: {error}.", mend="Write an object, or give HTML."
        ) from None
    return article_from_fields(fields), fields.get("language")


def from_page(page: ExtractedPage) -> Given:
    """The article extracted from a page."""
    from processors import article_from_fields

    names = ("title", "lead", "text", "language", "authors", "url")
    return article_from_fields({name: getattr(page, name) for name in names}), None
