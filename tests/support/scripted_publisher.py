"""A web server on loopback that follows a script, and an installation of ingest to read it."""

from __future__ import annotations

import asyncio
import gzip
import random
import socket
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from aiohttp.abc import AbstractResolver, ResolveResult

from config.catalog.models import Catalog, Feed, FilePosition, Outlet, Selectors, Tier
from config.settings import Settings
from core.dispositions import Dispositions
from core.http.client import HttpClient
from core.ids import feed_id
from core.messages import ArticleRevision, FeedHealth
from core.messages.envelope import ARTICLES, FEED_HEALTH
from core.processes.instance import Instance
from core.store import Store, feeds, outbox
from core.store.feed_record import FeedRecord, FeedState
from ingest.deps import DocumentParser, Extractor
from ingest.discovery.feed_link import FeedLink
from ingest.extract import ExtractedPage, PageHints
from ingest.extract.article import extract_page
from ingest.parsing.handler import handle
from ingest.parsing.messages import (
    FeedRequest,
    LinksRequest,
    RobotsAnswer,
    RobotsRequest,
    decode_answer,
    encode_request,
)
from ingest.service import Ingest, IngestCounts
from ingest.sources.entry import ParsedFeed
from tests.support.newsroom import Answer, LoopbackServer, Request

T = TypeVar("T")
POSITION = FilePosition("sources.yaml", 1, 1)
NO_SELECTORS = Selectors()
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)

TEXT = (
    "Der Gemeinderat hat am Montag über den Ausbau der Uferstraße beraten und nach langer "
    "Aussprache eine Entscheidung vertagt, weil ein Gutachten noch nicht vorliegt.\n"
    "Die Bürgermeisterin kündigte an, dass die Unterlagen bis zum Frühjahr vorliegen sollen. "
    "Anwohner hatten zuvor mehr Ruhe und einen durchgehenden Radweg verlangt."
)


class ManualClock:
    """A clock that only tests advance."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> None:
        self.now += timedelta(**time)


class ScriptedPublisher(LoopbackServer):
    """Answers each path with its script of answers, the last of which is repeated."""

    def __init__(self) -> None:
        self.script: dict[str, list[Answer]] = defaultdict(list)
        self.script["/robots.txt"] = [Answer(status=404)]
        self.page_delay = 0.0
        super().__init__(self._next)
        # Head and body are two writes. With Nagle's algorithm the second waits 40 ms for an ACK.
        self._server.RequestHandlerClass.disable_nagle_algorithm = True  # type: ignore[attr-defined]

    def serve(self, path: str, *answers: Answer) -> str:
        """Set the script of a path and return its URL."""
        self.script[path] = list(answers)
        return self.url + path

    def url_for(self, host: str, path: str) -> str:
        """Return the URL of a path under a host name (see ``LoopbackResolver``)."""
        return f"http://{host}:{self.url.rpartition(':')[2]}{path}"

    def serve_page(self, path: str, title: str, text: str = TEXT, head: str = "") -> str:
        return self.serve(path, Answer(html(title, text, head), headers=HTML))

    def requests_for(self, path: str) -> list[Request]:
        return [r for r in self.requests if r.path == path]

    def _next(self, request: Request) -> Answer:
        script = self.script.get(request.path)
        if not request.path.endswith(".xml"):
            time.sleep(self.page_delay)
        if not script:
            return Answer(b"nothing here", 404)
        return script.pop(0) if len(script) > 1 else script[0]


HTML = {"Content-Type": "text/html; charset=utf-8"}


def html(title: str, text: str = TEXT, head: str = "") -> bytes:
    paragraphs = "".join(f"<p>{escape(p)}</p>" for p in text.split("\n"))
    return (
        f"<!doctype html><html lang=de><head><meta charset=utf-8><title>{escape(title)}</title>"
        f"{head}</head><body><main><article><h1>{escape(title)}</h1>{paragraphs}</article></main>"
        "</body></html>"
    ).encode()


def item(
    key: str,
    title: str,
    link: str = "",
    *,
    summary: str = "",
    published: datetime | None = None,
) -> str:
    parts = [f"<guid isPermaLink='false'>{escape(key)}</guid>"] if key else []
    parts += [f"<title>{escape(title)}</title>"] if title else []
    parts += [f"<link>{escape(link)}</link>"] if link else []
    parts += [f"<description>{escape(summary)}</description>"] if summary else []
    parts += [f"<pubDate>{format_datetime(published)}</pubDate>"] if published else []
    return f"<item>{''.join(parts)}</item>"


def rss(*items: str, **headers: str) -> Answer:
    """Return an RSS document; underscores in the names of headers become hyphens."""
    body = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed</title>'
        f"<link>https://example.org/</link>{''.join(items)}</channel></rss>"
    ).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body, headers={"Content-Type": "application/rss+xml", **named})


def truncated(answer: Answer) -> Answer:
    """Return the same answer, compressed and cut off in the middle."""
    compressed = gzip.compress(answer.body)
    headers = answer.headers | {"Content-Encoding": "gzip"}
    return Answer(compressed[: len(compressed) // 2], answer.status, headers)


class LoopbackResolver(AbstractResolver):
    """Resolves every name to this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing to close."""


class InProcessExtractor:
    """Extracts with the real function, but without worker processes."""

    async def extract(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str | None,
        hints: PageHints,
        now: datetime,
        outlet: str = "",
    ) -> ExtractedPage:
        return await asyncio.to_thread(
            extract_page, body, url=url, content_type=content_type, hints=hints, now=now
        )


class InProcessParser:
    """Parses with the real functions and messages, but without worker processes."""

    async def parse(self, request: FeedRequest, outlet: str, *, slow: bool = False) -> ParsedFeed:
        answer = await asyncio.to_thread(handle, encode_request(request))
        return cast("ParsedFeed", decode_answer(answer, request.url, request.known))

    async def decide_robots(self, request: RobotsRequest) -> RobotsAnswer:
        answer = await asyncio.to_thread(handle, encode_request(request))
        return cast("RobotsAnswer", decode_answer(answer, request.url))

    async def find_links(self, request: LinksRequest) -> list[FeedLink]:
        answer = await asyncio.to_thread(handle, encode_request(request))
        return cast("list[FeedLink]", decode_answer(answer, request.url))


class Installation:
    """A store with ingest; every run begins like a new process."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.clock = ManualClock()
        self.settings = Settings(
            _env_file=None,
            data_dir=folder,
            http_allow_private=True,
            http_host_pause=0.0,
            http_private_host_pause=0.0,
            **settings,
        )
        self.store = Store.open(self.settings.database_location)
        self.me = Instance.start(folder)
        self.dispositions = Dispositions()
        self.catalog = Catalog(())
        self.parser: DocumentParser = InProcessParser()
        self.extract: Extractor = InProcessExtractor()

    def close(self) -> None:
        self.store.close()
        self.me.close()

    def subscribe(
        self,
        *urls: str,
        outlet: str = "kurier",
        tier: str = "B",
        every: float | None = None,
        kind: Literal["feed", "sitemap", "page"] = "feed",
        links: str = "",
        selectors: Selectors = NO_SELECTORS,
    ) -> list[str]:
        """Add an outlet with these feeds and return their ids."""
        interval = None if every is None else timedelta(seconds=every)
        ids = [feed_id(outlet, url) for url in urls]
        made = tuple(
            Feed(name, url, kind, interval, outlet, POSITION, links)
            for name, url in zip(ids, urls, strict=True)
        )
        added = Outlet(outlet, outlet, "DE", "de", Tier(tier), made, POSITION, selectors=selectors)
        self.catalog = Catalog((*self.catalog.outlets, added))
        return ids

    def with_ingest(self, use: Callable[[Ingest], Awaitable[T]]) -> T:
        async def main() -> T:
            async with (
                HttpClient(self.settings, resolver=LoopbackResolver()) as http,
                Ingest(
                    self.settings,
                    self.store,
                    lambda: self.catalog,
                    self.me,
                    self.clock,
                    self.dispositions,
                    http=http,
                    parser=self.parser,
                    extract=self.extract,
                    rng=random.Random(7),
                ) as ingest,
            ):
                return await use(ingest)

        return asyncio.run(main())

    def run(self) -> IngestCounts:
        return self.with_ingest(lambda ingest: ingest.run_once())

    @property
    def announced(self) -> list[ArticleRevision]:
        return [ArticleRevision.model_validate_json(v) for v in self._values(ARTICLES)]

    @property
    def health(self) -> list[FeedHealth]:
        return [FeedHealth.model_validate_json(v) for v in self._values(FEED_HEALTH)]

    def _values(self, stream: str) -> list[bytes]:
        with self.store.read() as connection:
            records = outbox.load_oldest(connection, 100_000)
        return [r.value for r in records if r.stream == stream and r.value is not None]

    def feed(self, name: str) -> FeedRecord:
        with self.store.read() as connection:
            return feeds.get(connection, name)

    def state(self, name: str) -> FeedState:
        with self.store.read() as connection:
            states = feeds.load_feed_states(connection, self.clock())
        return next(s for s in states if s.feed.feed_id == name)
