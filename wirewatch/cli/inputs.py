"""What commands take as an article: a file, a URL or stdin, holding JSON or HTML."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from config.errors import UsageError
from config.settings import Settings
from core.clock import rfc3339, utc_now
from ingest.extract import ExtractedPage
from ingest.extract.article import extract_page
from wirewatch.article_input import Given, fetch, from_json, from_page, is_json, is_url


def read_source(source: str, settings: Settings) -> tuple[bytes, str, str | None]:
    """The bytes of a source, the URL they stand for, and their content type if it is known.

    Raises:
        UsageError: There is no such file.
        FetchError: The URL could not be had.
    """
    if is_url(source):
        page = asyncio.run(fetch(source, settings))
        return page.body, page.url, page.headers.get("content-type")
    if source == "-":
        return sys.stdin.buffer.read(), "", None
    try:
        return Path(source).read_bytes(), "", None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{source}: {why}.", mend="Name a file, a URL, or -.") from None


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


def article_of(source: str, settings: Settings) -> Given:
    """The article a source holds, and its language where the source states it.

    Raises:
        UsageError: The JSON is no article.
        ExtractionError: It is HTML without an article.
    """
    body, url, content_type = read_source(source, settings)
    if is_json(body):
        return from_json(source, body)
    return from_page(extract_page(body, url=url, content_type=content_type, now=utc_now()))
