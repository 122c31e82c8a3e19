"""Read an article to look at: from the command line, or from the console's try box.

::

    read(source)        file, URL, stdin ─┐             ┌─ JSON object ──────────────┐
    read_pasted(text)   URL, text ────────┴▶ Document ──┼─ HTML page ──▶ extracted ──┼▶ ArticleInput
                                                        └─ plain text (pasted only) ─┘

Pages are fetched by the program's own guarded client. The caller passes how a page is extracted: a
command does it in its own process, the console in a worker process with a time limit.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from config.errors import FetchError, UsageError
from config.i18n import Phrase, written_in_english
from config.settings import Settings

if TYPE_CHECKING:
    from core.messages import ArticleRevision
    from ingest.extract import ExtractedPage


class ArticleInput(NamedTuple):
    """An article to look at.

    Attributes:
        article: The article.
        language: Its language where the source states one, as two letters.
    """

    article: ArticleRevision
    language: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a source.

    Attributes:
        name: What messages call the source.
        body: JSON (UTF-8) or a page in any encoding.
        url: The page's address after redirects; empty where the source is no URL.
        content_type: The server's Content-Type, if there was a server and it sent one.
    """

    name: str
    body: bytes
    url: str = ""
    content_type: str | None = None


Extract = Callable[[Document], Awaitable["ExtractedPage"]]
"""Extracts the article of a page. Raises ExtractionError where the page has none."""


Fetch = Callable[[str], Awaitable[Document]]
"""Fetches the page at a URL. Raises FetchError where it cannot."""


async def read(source: str, settings: Settings, extract: Extract) -> ArticleInput:
    """Read the article that a command line argument names.

    Args:
        source: A file, a URL, or ``-`` for stdin; it contains a JSON object or a page.
        settings: Limits of fetching.
        extract: Extracts the article of a page.

    Raises:
        UsageError: The file cannot be read, or the JSON describes no article.
        FetchError: The URL could not be fetched.
        ExtractionError: The page has no article.
    """
    return await _interpreted(await load(source, settings), extract)


async def read_pasted(
    text: str, fetch: Fetch, extract: Extract, *, title: str = "", language: str = ""
) -> ArticleInput:
    """Read the article that somebody pasted into a form. Never opens a file.

    Args:
        text: A URL, a JSON object, a page's HTML, or the plain text of an article.
        fetch: Fetches the page at a URL.
        extract: Extracts the article of a page.
        title: Title of a plain text.
        language: Language of a plain text, as two letters; empty to detect it.

    Raises:
        UsageError: Nothing was pasted, or the JSON describes no article.
        FetchError: The URL could not be fetched.
        ExtractionError: The page has no article.
    """
    text = text.strip().encode("utf-8", "replace").decode()  # JSON can have half a character
    if _is_url(text) and not text.split(maxsplit=1)[1:]:
        return await _interpreted(await fetch(text), extract)
    if _is_json(text.encode()):
        return await _interpreted(Document("The text", text.encode()), extract)
    if text[:1] == "<":
        page = Document("The text", text.encode(), content_type="text/html; charset=utf-8")
        return await _interpreted(page, extract)
    if not text and not title:
        raise UsageError(Phrase("article.nothing"))
    return _article({"title": title, "text": text, "language": language or None})


async def load(
    source: str, settings: Settings, is_legacy: Callable[[str], bool] = lambda _url: False
) -> Document:
    """Return the bytes of a file, of a URL, or of stdin (``-``).

    Args:
        source: What to read.
        settings: Limits of the request.
        is_legacy: Whether a URL may be requested over outdated TLS.

    Raises:
        UsageError: The file cannot be read.
        FetchError: The URL could not be fetched.
    """
    if _is_url(source):
        return await fetch_page(source, settings, is_legacy)
    if source == "-":
        return Document(source, sys.stdin.buffer.read())
    try:
        return Document(source, Path(source).read_bytes())
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{source}: {why}.", mend="Name a file, a URL, or -.") from None


async def fetch_page(
    url: str, settings: Settings, is_legacy: Callable[[str], bool] = lambda _url: False
) -> Document:
    """Fetch a page with the program's guarded client.

    Raises:
        FetchError: It could not be fetched, or the answer is not 200.
    """
    from core.http.client import HttpClient

    async with HttpClient(settings, is_legacy=is_legacy) as client:
        response = await client.get(url, max_bytes=settings.http_max_page_bytes)
    if response.status != 200:
        reason = Phrase("fetch.answered", url=url, status=response.status)
        raise FetchError(url, f"http_{response.status}", reason)
    return Document(url, response.body, response.url, response.headers.get("content-type"))


async def _interpreted(document: Document, extract: Extract) -> ArticleInput:
    if _is_json(document.body):
        return _article(_json(document))
    page = await extract(document)
    names = ("title", "lead", "text", "language", "authors", "url")
    found = _article({name: getattr(page, name) for name in names})
    return found._replace(language=None)  # a page's own label is often wrong: it is detected


def _is_url(source: str) -> bool:
    try:
        return urlsplit(source).scheme in ("http", "https")
    except ValueError:  # a malformed IPv6 address: a file may have such a name
        return False


def _is_json(body: bytes) -> bool:
    """Return whether it starts like a JSON object."""
    return body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{"


def _json(document: Document) -> dict[str, object]:
    try:
        fields: dict[str, object] = json.loads(document.body.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError) as error:
        mend = "Give a JSON object, or HTML."
        text = f"{document.name} is not valid JSON: {error}. {mend}"
        raise UsageError(written_in_english(text, Phrase("article.no_json"))) from None
    return fields


def _article(fields: dict[str, object]) -> ArticleInput:
    from processors import article_from_fields

    article = article_from_fields(fields)
    return ArticleInput(article, article.language or None)
