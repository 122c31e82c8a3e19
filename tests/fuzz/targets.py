"""What is fuzzed: everything that reads what comes from outside, and what must hold of it.

A target takes the bytes of one input. It may refuse them only with the error that its callers
expect; every other exception is a finding, and so is a broken promise.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from hypothesis import strategies as st
from starlette.types import ASGIApp

from config.errors import ArticleFileError, ExtractionError, FetchError, PoisonError, UsageError
from config.i18n import Phrase
from core.http.urls import wire_url
from core.messages import ArticleRevision
from core.messages.envelope import from_record
from core.store.console.story_list import StoryCursor
from core.streams.port import Record
from core.text import clean
from core.text.sentences import sentence_starts
from core.text.tokens import tokenise
from core.text.units import are_joined
from ingest import urls
from ingest.dates import parse_date
from ingest.extract.article import extract_page
from ingest.sources import ParsedFeed
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed, parse_sitemap
from ingest.websub.hub_links import find_hub
from processors import article_from_fields
from processors.engine.readings import with_readings
from processors.query.parser import parse
from tests.fuzz import documents as d
from tests.fuzz.mutations import mutations
from tests.support.console import add_delivery, add_feeds, add_story, open_console
from wirewatch.simulation.articles import parse_lines
from wirewatch.web.addresses import own_address

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
URL = "https://bote.example/rss"
NO_FEED = ParsedFeed("", None, (), (), 0, 0, self_url=URL, hub_url=URL)


@dataclass(frozen=True, slots=True)
class Target:
    """Something to fuzz.

    Attributes:
        check: Processes one input; raises where a promise is broken.
        inputs: Makes some inputs at a time.
        share: How many of a thousand inputs are for this target: cheap ones get more.
        cpu_seconds: Most CPU time of one input.
    """

    check: Callable[[bytes], object]
    inputs: st.SearchStrategy[tuple[bytes, ...]]
    share: int
    cpu_seconds: float = 2.0


def fuzz_feed(data: bytes) -> None:
    """Read a feed twice: the second time nothing is new."""
    _read_twice(data, parse_feed)


def fuzz_sitemap(data: bytes) -> None:
    """Read a news sitemap twice: the second time nothing is new."""
    _read_twice(data, parse_sitemap)


def _read_twice(data: bytes, read: Callable[..., ParsedFeed]) -> None:
    def once(known: dict[str, str], level: str = "id") -> ParsedFeed:
        return read(
            data,
            ParseContext(url=URL, content_type=None, now=NOW, known=known, limit=500, level=level),
        )

    try:
        first = once({})
    except FetchError as error:
        error.reason  # noqa: B018 - it has one
        return
    for text in _texts([asdict(entry) for entry in first.entries]):
        text.encode()
    for entry in first.entries:
        for text in (entry.key, entry.title, entry.summary, entry.content, *entry.authors):
            assert text == clean(text)
        assert entry.url is None or wire_url(entry.url) == entry.url
    second = once({entry.key: entry.content_hash for entry in first.entries}, first.level)
    assert len(first.entries) == 500 or not second.entries


def fuzz_page(data: bytes) -> None:
    """Extract a page."""
    try:
        page = extract_page(data, url="https://bote.example/a/1", now=NOW)
    except ExtractionError:
        return
    zones = (zone.text for zone in page.zones)
    for text in (page.title, page.lead, page.text, *page.authors, *zones):
        assert text == clean(text)
        text.encode()
    assert page.published_at is None or page.published_at <= NOW


def fuzz_query(data: bytes) -> None:
    """Parse a query; problems are at an offset of it."""
    text = _text(data)
    parsed = parse.__wrapped__(text)
    assert parsed.node is not None or any(p.is_error for p in parsed.problems)
    assert all(0 <= p.offset <= len(text) for p in parsed.problems)


def fuzz_url(data: bytes) -> None:
    """Read URLs; their forms are stable."""
    base, _, raw = _text(data).partition("\n")
    for url in filter(None, (urls.fetchable_url(raw), urls.fetchable_url(raw, base))):
        assert url.isascii()
        assert wire_url(url) == url
        identity = urls.canonical_url(url)
        assert urls.canonical_url(identity) == identity
        shown = urls.shown_url(url)
        assert urls.canonical_url(shown) == identity
        assert urls.same_site(url, urls.homepage_of(url))
        urls.is_consent_wall(url, raw)
    urls.canonical_url(raw)
    if corrected := urls.fetchable_url(raw):
        assert urls.fetchable_url(corrected) == corrected
    for header in (raw, f"<{raw}>; rel=hub, <{base}>; rel=self", f"<{base}>;{raw}"):
        link = find_hub({"Link": header}, NO_FEED, URL)
        assert link is None or wire_url(link.hub) == link.hub
    address = own_address(raw)
    assert address.startswith("/")
    assert not address.startswith(("//", "/\\"))


def fuzz_date(data: bytes) -> None:
    """Read a date; it is in UTC and not ahead."""
    raw = _text(data)
    for language in ("", "de", "en"):
        moment = parse_date(raw, now=NOW, publisher_language=language)
        assert moment is None or (moment.utcoffset() == timedelta(0) and moment <= NOW)


def fuzz_cursor(data: bytes) -> None:
    """Read a position in a list; it is written as it is read."""
    try:
        cursor = StoryCursor.parse(_text(data))
    except UsageError:
        return
    assert StoryCursor.parse(str(cursor)) == cursor


def fuzz_text(data: bytes) -> None:
    """Clean a text, split it; spans hold."""
    text = clean(_text(data))
    assert clean(text) == text
    text.encode()
    tokens = tokenise(text)
    assert len(tokens.words) == len(tokens)
    ends = [0, *map(int, tokens.ends)]
    assert all(a <= s < e for a, s, e in zip(ends, tokens.starts, tokens.ends, strict=False))
    starts = sentence_starts(text)
    assert starts == sorted(set(starts))
    extended, origins = with_readings(tokens, "de")
    assert len(extended.words) == len(tokens) + len(origins)
    assert all(0 <= first <= last < len(tokens) for first, last in origins if first >= 0)
    assert not tokens or isinstance(are_joined(tokens, 0, len(tokens) - 1), bool)


def fuzz_article(data: bytes) -> None:
    """Read the JSON of an article: a line of a file, a pasted object, a record of a stream."""
    for read, refusal in (
        (lambda: parse_lines(data, "file"), ArticleFileError),
        (lambda: _pasted(data), UsageError),
        (lambda: from_record(_record(data), ArticleRevision), PoisonError),
    ):
        try:
            read()
        except refusal as error:
            str(error).encode()


def _pasted(data: bytes) -> None:
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(fields, dict):
        article = article_from_fields(fields)
        article.to_json()
        assert all(text == clean(text) for text in (article.title, article.lead, article.text))


def _record(value: bytes) -> Record:
    return Record("news.articles.v1", 0, 0, b"k", value, (), NOW)


def fuzz_console(data: bytes) -> None:
    """Send a request to the console: a query string, a cursor, a JSON body. Never a 500."""
    line, _, body = data.partition(b"\n")
    method, _, target = line.decode("utf-8", "replace").partition(" ")
    if b"http" in body or b"\\u003c" in body.lower() or b'"<' in body.replace(b" ", b""):
        return  # the try box would fetch a page, or start a process for one
    if target.startswith("/api"):
        headers = {"content-type": "application/json", **_session()}
    else:
        headers = {"content-type": "application/x-www-form-urlencoded", **_session()}
    status, _, answer = asyncio.run(_request(method, target, body, headers))
    assert status < 500, (status, answer[:300])
    assert b"Traceback" not in answer


@cache
def _session() -> dict[str, str]:
    """Return the headers by which the console knows its own page."""
    _, headers, page = asyncio.run(_request("GET", "/login", b"", {}))
    token = re.search(rb'name="csrf" value="([^"]+)"', page)
    assert token
    return {"cookie": headers["set-cookie"].partition(";")[0], "x-csrf-token": token[1].decode()}


async def _request(
    method: str, target: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of the console's answer."""
    path, _, query = target.partition("?")
    own = {"host": _Server.host, "origin": f"http://{_Server.host}"}
    lengths = {"content-length": str(len(body))}
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method or "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query.encode("utf-8", "replace"),
        "root_path": "",
        "headers": [(k.encode(), v.encode()) for k, v in (own | lengths | headers).items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }
    sent: list[dict[str, Any]] = []
    requests = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        return next(requests, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    await _console()(scope, receive, send)
    received = {k.decode(): v.decode("latin-1") for k, v in sent[0]["headers"]}
    return sent[0]["status"], received, b"".join(m.get("body", b"") for m in sent)


class _Server:
    """Holds the console in place of a server."""

    host = "127.0.0.1:8080"
    app: ASGIApp


@cache
def _console() -> ASGIApp:
    """Return a console with some stories, for as long as the process lives."""
    folder = tempfile.TemporaryDirectory(prefix="wirewatch-fuzz-")
    server = _Server()
    context = open_console(cast("Any", server), Path(folder.name), lambda: NOW)
    console = context.__enter__()
    _KEPT.extend((folder, context))
    add_feeds(console.store, console.catalog, NOW)
    for number in range(3):
        alert = add_story(console.store, f"story {number}", NOW - timedelta(hours=number))
        add_delivery(console.store, alert, "https://desk.example", "failed", NOW)
    console.ill.append(Phrase("fetch.empty"))
    return server.app


_KEPT: list[object] = []


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, list | tuple):
        yield from (text for each in value for text in _texts(each))


_FEEDS = (d.RSS, d.ATOM, d.RDF, d.JSON_FEED)

TARGETS = {
    "feeds": Target(fuzz_feed, mutations(_FEEDS, (*d.MARKUP, *d.HIDDEN, *d.JSON)), 25),
    "sitemaps": Target(fuzz_sitemap, mutations((d.SITEMAP,), (*d.MARKUP, *d.HIDDEN)), 30),
    "pages": Target(fuzz_page, mutations((d.PAGE,), (*d.MARKUP, *d.HIDDEN, *d.JSON)), 15),
    "queries": Target(fuzz_query, mutations(d.QUERIES, (*d.WORDS, *d.HIDDEN)), 30),
    "urls": Target(fuzz_url, mutations(d.URLS, (*d.PARTS, *d.HIDDEN)), 150),
    "dates": Target(fuzz_date, mutations(d.DATES, (*d.PARTS, *d.HIDDEN)), 375),
    "cursors": Target(fuzz_cursor, mutations(d.CURSORS, (*d.PARTS, *d.HIDDEN)), 200),
    "texts": Target(fuzz_text, mutations(d.TEXTS, (*d.PARTS, *d.HIDDEN)), 30),
    "articles": Target(fuzz_article, mutations((d.ARTICLE,), (*d.JSON, *d.HIDDEN)), 140),
    "console": Target(fuzz_console, mutations(d.REQUESTS, (*d.JSON, *d.HIDDEN)), 5),
}
