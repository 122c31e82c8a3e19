"""A newsroom and a webhook receiver on loopback, for tests of the whole program.

``Newsroom`` serves feeds, pages and robots.txt from memory and records the requests;
``WebhookReceiver`` receives notifications and answers with the given status codes.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """An HTTP answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    """A request that was received; ``at`` is monotonic seconds."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


class LoopbackServer:
    """A threaded HTTP server on 127.0.0.1 that answers with a function; 0 means a free port."""

    def __init__(self, answer: Callable[[Request], Answer], port: int = 0) -> None:
        self.requests: list[Request] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._handle()

            def do_POST(self) -> None:
                self._handle()

            def _handle(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                request = Request(
                    self.command,
                    self.path,
                    {k.lower(): v for k, v in self.headers.items()},
                    self.rfile.read(length),
                    time.monotonic(),
                )
                outer.requests.append(request)
                reply = answer(request)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                with suppress(BrokenPipeError, ConnectionResetError):  # the client was killed
                    self.wfile.write(reply.body)

            def log_message(self, *args: Any) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def asked(self, path: str) -> int:
        """Return how many requests for a path there were."""
        return sum(1 for r in self.requests if r.path == path)


@dataclass
class Story:
    """An entry of a feed with its page; ``page`` replaces the page that is made of the text."""

    path: str
    title: str
    text: str
    published: datetime = field(default_factory=lambda: datetime.now(UTC))
    summary: str = ""
    page: bytes | None = None

    def html(self) -> bytes:
        paragraphs = "".join(f"<p>{escape(p)}</p>" for p in self.text.split("\n"))
        return (
            "<!doctype html><html lang=de><head><meta charset=utf-8>"
            f"<title>{escape(self.title)}</title></head><body><main><article>"
            f"<h1>{escape(self.title)}</h1>{paragraphs}</article></main></body></html>"
        ).encode()


def unique_story(
    path: str, title: str, sentence: str = "Das sagte sie zum Nato-Beitritt."
) -> Story:
    """Return a story whose text resembles no other, so that it is never a copy; seeded by title."""
    dice = random.Random(title)
    words = ["".join(dice.choices("abdegiklmnoprstu", k=7)) for _ in range(144)]
    lines = (" ".join(words[n : n + 12]).capitalize() + "." for n in range(0, 144, 12))
    return Story(path, title, f"{' '.join(lines)}\n{sentence}")


class Newsroom(LoopbackServer):
    """Serves feeds at ``/<name>.xml`` and pages at the stories' paths; ``answers`` come first."""

    def __init__(self) -> None:
        self.feeds: dict[str, list[Story]] = {}
        self.answers: dict[str, Answer] = {"/robots.txt": Answer(status=404)}
        super().__init__(self._answer)

    def publish(self, feed: str, *stories: Story) -> None:
        """Add stories to a feed; create the feed where it does not exist."""
        self.feeds.setdefault(feed, []).extend(stories)

    def feed_url(self, feed: str) -> str:
        return f"{self.url}/{feed}.xml"

    def _answer(self, request: Request) -> Answer:
        path = request.path.split("?")[0]
        if path in self.answers:
            return self.answers[path]
        name = path.removeprefix("/").removesuffix(".xml")
        if name in self.feeds:
            return self._feed(name, request)
        for stories in list(self.feeds.values()):
            for story in list(stories):
                if story.path == path:
                    body = story.page if story.page is not None else story.html()
                    return Answer(body, headers={"Content-Type": "text/html; charset=utf-8"})
        return Answer(b"gone", status=404)

    def _feed(self, name: str, request: Request) -> Answer:
        items = "".join(self._entry(story) for story in self.feeds[name])
        body = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
            f"<title>{name}</title><link>{self.url}</link>{items}</channel></rss>"
        ).encode()
        tag = f'"{hash(body)}"'
        if request.headers.get("if-none-match") == tag:
            return Answer(status=304, headers={"ETag": tag})
        return Answer(body, headers={"Content-Type": "application/rss+xml", "ETag": tag})

    def _entry(self, story: Story) -> str:
        return (
            f"<item><title>{escape(story.title)}</title><link>{self.url}{story.path}</link>"
            f"<guid>{self.url}{story.path}</guid><description>{escape(story.summary)}</description>"
            f"<pubDate>{format_datetime(story.published)}</pubDate></item>"
        )


class WebhookReceiver(LoopbackServer):
    """Receives webhooks. Answers with ``statuses`` in turn, then with 204."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        super().__init__(self._answer)

    def _answer(self, _request: Request) -> Answer:
        return Answer(status=self.statuses.pop(0) if self.statuses else 204)

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """The bodies of all requests so far."""
        return [json.loads(r.body) for r in self.requests if r.method == "POST"]


@contextmanager
def serve_newsroom() -> Iterator[Newsroom]:
    newsroom = Newsroom()
    try:
        yield newsroom
    finally:
        newsroom.close()


@contextmanager
def serve_webhook(*statuses: int) -> Iterator[WebhookReceiver]:
    receiver = WebhookReceiver(*statuses)
    try:
        yield receiver
    finally:
        receiver.close()
