"""What commands take as an article: a file, a URL or stdin, holding JSON or HTML."""

from __future__ import annotations

import asyncio
import codecs
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from config.errors import FetchError, UsageError
from config.settings import Settings
from core.clock import rfc3339, utc_now
from ingest.extract import ExtractedPage, extract_page

if TYPE_CHECKING:
    from core.http import Response
    from core.messages import ArticleRevision


def is_url(source: str) -> bool:
    """Whether the argument is to be fetched."""
    try:
        return urlsplit(source).scheme in ("http", "https")
    except ValueError:  # an IPv6 address that is none: a file may be called so
        return False


def read_source(source: str, settings: Settings) -> tuple[bytes, str, str | None]:
    """The bytes of a source, the URL they stand for, and their content type if it is known.

    Raises:
        UsageError: There is no such file.
        FetchError: The URL could not be had.
    """
    if is_url(source):
        page = asyncio.run(_fetch(source, settings))
        return page.body, page.url, page.headers.get("content-type")
    if source == "-":
        return sys.stdin.buffer.read(), "", None
    try:
        return Path(source).read_bytes(), "", None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{source}: {why}.", mend="Name a file, a URL, or -.") from None


async def _fetch(url: str, settings: Settings) -> Response:
    from core.http import HttpClient

    async with HttpClient.open(settings) as client:
        response = await client.get(url, max_bytes=settings.http_max_page_bytes)
    if response.status != 200:
        raise FetchError(url, f"http_{response.status}", f"{url} answered {response.status}.")
    return response


def extract_source(source: str, settings: Settings) -> ExtractedPage:
    """What ingest makes of a page.

    Raises:
        ExtractionError: It is no page with an article.
    """
    body, url, content_type = read_source(source, settings)
    return extract_page(body, url=url, content_type=content_type, now=utc_now())


def extracted_json(source: str, page: ExtractedPage) -> dict[str, Any]:
    """The line of ``articles extract --json``."""
    return {
        "input": source,
        "url": page.canonical_url or page.url,
        "title": page.title,
        "lead": page.lead,
        "text": page.text,
        "language": page.language,
        "published_at": rfc3339(page.published_at) if page.published_at else None,
        "authors": list(page.authors),
        "agency": page.agency,
        "access": page.access.value,
        "zones": [{"zone": z.zone, "text": z.text} for z in page.zones],
        "flags": list(page.flags),
    }


def nothing_extracted(source: str, why: str) -> dict[str, Any]:
    """The line of an input that gave no article: the same keys, and ``error``."""
    empty = dict.fromkeys(("url", "title", "lead", "text"), "")
    unknown = dict.fromkeys(("language", "published_at", "agency"))
    lists: dict[str, list[str]] = {"authors": [], "zones": [], "flags": []}
    return {"input": source, **empty, **unknown, "access": "unknown", **lists, "error": why}


def article_of(source: str, settings: Settings) -> tuple[ArticleRevision, str | None]:
    """The article a source holds, and its language where the source states it.

    Raises:
        UsageError: The JSON is no article.
        ExtractionError: It is HTML without an article.
    """
    body, url, content_type = read_source(source, settings)
    from processors import article_from

    text = body.removeprefix(codecs.BOM_UTF8)
    if text.lstrip()[:1] == b"{":
        return _from_json(source, text)
    page = extract_page(body, url=url, content_type=content_type, now=utc_now())
    names = ("title", "lead", "text", "language", "authors", "url")
    return article_from({name: getattr(page, name) for name in names}), None


def _from_json(source: str, body: bytes) -> tuple[ArticleRevision, str | None]:
    from processors import article_from

    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{source} is no JSON: {error}.", mend="Write an object, or give HTML."
        ) from None
    return article_from(fields), fields.get("language")
