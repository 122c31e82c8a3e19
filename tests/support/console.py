"""A console over a store that a test fills, and stories, feeds and deliveries to fill it with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from config.catalog.last_good import HeldFile
from config.catalog.load import load_partly
from config.catalog.models import Catalog
from config.faults import Fault
from config.i18n import Phrase
from config.settings import Settings
from core.ids import hash_parts
from core.messages import ArticleRevision, Evidence, Field
from core.store import Connection, Store, alert_changes, articles
from core.store import deliveries as delivery_store
from core.store import stories as story_store
from core.store.alerts import Alert, DecisionRow
from core.store.feed_record import FeedRecord
from core.store.feeds import sync
from core.store.told_revisions import ToldRevision, add_told_revision
from tests.support.schemas import new_sqlite
from tests.support.stories import add_item
from tests.support.web_server import WebServer, request, web_server
from wirewatch.outlet_latency import OutletLatency
from wirewatch.web.app import create_app
from wirewatch.web.runtime_status import RuntimeStatus

HOSTILE = (
    '<script>document.title = "gotcha"</script><img src=x onerror=alert(1)>"\'{{7*7}} '
    "\u202egnp.exe \x1b[31m" + "Ein sehr langer Titel " * 500
)
"""Markup, a template, a change of the writing direction, an escape sequence, 10,000 characters."""

SOURCES = """
outlets:
  - {id: kurier, name: Der Kurier, country: AT, language: de, feeds: [https://kurier.example/f]}
  - {id: courier, name: The Courier, country: GB, language: en, feeds: [https://courier.example/f]}
"""
NATO = """id: nato
title: NATO membership
languages: [de, en]
threshold: 30
terms:
  unused: =OTAN
rules:
  - {id: direct, weight: 30, query: '"NATO Beitritt*" OR "Nato tagt" OR "NATO membership"'}
  - {id: against, weight: -40, query: Fussball}
owner: Newsdesk Nord
"""
TALKS = """id: talks
title: Peace talks
languages: [de]
threshold: 20
rules:
  - {id: talks, weight: {title: 40, lead: 20, text: 20}, query: Friedensgespräch*}
"""


@dataclass
class Console:
    """A client of a running console.

    Attributes:
        host: ``127.0.0.1:PORT``.
        store: The console's store.
        catalog: The files in force: two outlets, two topics.
        clock: The present, if a test has put one in.
        settings: Settings of the program.
        ill: Why the program is not healthy.
        faults: Faults of the newest files.
        canary: What is wrong with the canary.
        held: Files whose newest version is not in force.
        latency: Latency of outlets.
        language: Language that the reader prefers.
        cookie: Cookies that answers have set.
        csrf: Form token of the last page that had one.
        headers: Headers of the last answer.
    """

    host: str
    store: Store
    catalog: Catalog
    clock: list[datetime]
    settings: Settings
    ill: list[Phrase]
    faults: list[Fault]
    canary: list[Phrase]
    held: list[HeldFile]
    latency: list[OutletLatency]
    language: str = "en"
    cookie: str = ""
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The console's address."""
        return f"http://{self.host}"

    def request(self, path: str, method: str = "GET", body: str = "") -> tuple[int, str]:
        """Send one request; return its status and body."""
        headers = {"Host": self.host, "Accept-Language": self.language, "Cookie": self.cookie}
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        answer = request(self.host, method, path, body or None, headers)
        self.headers = answer.headers
        for cookie in answer.cookies:
            self.cookie = _with_cookie(self.cookie, cookie)
        if token := re.search(r'name="csrf" value="([^"]+)"', answer.body):
            self.csrf = token[1]
        return answer.status, answer.body

    def page(self, path: str) -> str:
        """Return a page that exists."""
        status, body = self.request(path)
        assert status == 200, (status, body)
        return body

    def submit(self, path: str, fields: Sequence[tuple[str, str]]) -> str:
        """Submit a form as a browser does; return the page that it leads to."""
        status, body = self.post(path, fields)
        if status == 200:
            return body
        assert status == 303, (status, body)
        return self.page(self.headers["location"])

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> tuple[int, str]:
        """Submit a form without following the redirect."""
        if not self.csrf:
            self.page("/login")
        return self.request(path, "POST", urlencode([("csrf", self.csrf), *fields]))


def _with_cookie(header: str, cookie: str) -> str:
    """Return a Cookie header with one more cookie, or its new value."""
    name = cookie.partition("=")[0]
    others = [c for c in header.split("; ") if c and c.partition("=")[0] != name]
    return "; ".join([*others, cookie]) if cookie else header


@contextmanager
def serve_console(folder: Path, clock: Callable[[], datetime]) -> Iterator[Console]:
    """Serve a console over a store of its own, on a server of its own.

    Args:
        folder: For the files and the store.
        clock: The present, until a test puts another into :attr:`Console.clock`.
    """
    with web_server() as server, open_console(server, folder, clock) as console:
        yield console


@contextmanager
def open_console(
    server: WebServer, folder: Path, clock: Callable[[], datetime]
) -> Iterator[Console]:
    """Serve a console over a store of its own, on a server that many tests share.

    Args:
        server: The server.
        folder: For the files and the store.
        clock: The present, until a test puts another into :attr:`Console.clock`.
    """
    files = folder / "config"
    (files / "topics").mkdir(parents=True)
    (files / "sources.yaml").write_text(SOURCES, "utf-8")
    (files / "topics" / "nato.yaml").write_text(NATO, "utf-8")
    (files / "topics" / "talks.yaml").write_text(TALKS, "utf-8")
    settings = Settings(config_dir=files, data_dir=folder, http_allow_private=True)
    catalog, found = load_partly(files, {})
    assert not [fault for fault in found if fault.is_error]
    moments: list[datetime] = []
    ill: list[Phrase] = []
    faults: list[Fault] = []
    canary: list[Phrase] = []
    held: list[HeldFile] = []
    latency: list[OutletLatency] = []
    runtime = RuntimeStatus(
        lambda: catalog,
        lambda: ill,
        lambda: faults,
        settings,
        lambda: canary,
        held=lambda: held,
        latency=lambda: latency,
    )
    store = open_store(folder)
    try:
        server.app = create_app(store, lambda: moments[0] if moments else clock(), runtime)
        yield Console(
            server.host, store, catalog, moments, settings, ill, faults, canary, held, latency
        )
    finally:
        store.close()


def open_store(folder: Path) -> Store:
    """Open an empty store in a folder."""
    return Store.open(new_sqlite(folder))


def add_feeds(store: Store, catalog: Catalog, now: datetime) -> None:
    """Add the feeds of the files; none has been polled."""
    records = [
        FeedRecord(f.id, f.outlet, f.url, f.kind, "B", None, "AT", "de", "x.example", now, now)
        for f in catalog.feeds
    ]
    with store.write() as connection:
        sync(connection, records, now)


def add_story(
    store: Store,
    name: str,
    at: datetime,
    *,
    title: str = "",
    outlet: str = "kurier",
    language: str = "de",
    country: str = "AT",
    severity: str = "normal",
    copies: int = 0,
    url: str = "",
    alerted: bool = True,
    texts: Sequence[str] = (),
) -> str:
    """Add a story with its copies; return the id of its alert.

    Args:
        store: The store.
        name: Makes its ids and, by default, its headline.
        at: When it was first seen.
        title: Its headline.
        outlet: Outlet of its first article.
        language: Language of its articles.
        country: Country of its outlets.
        severity: Severity of its topic.
        copies: Number of other outlets with the same text.
        url: URL of its articles.
        alerted: Whether it opened an alert, or was suppressed as too old.
        texts: Texts of the first article, one per revision.
    """
    title = title or f"Die Nato tagt: {name}"
    alert_id, story_id = hash_parts("alert", name), hash_parts("story", name)
    with store.write() as connection:
        if alerted:
            story_store.add_story(
                connection, story_store.Story(story_id, "nato", title, at, at, 1 + copies)
            )
        for n in range(copies + 1 if alerted else 1):
            article_outlet = outlet if n == 0 else f"copy{n}"
            article_id = hash_parts("article", name, str(n))
            event = "suppressed" if n or not alerted else "opened"
            code = "copy" if n else "new_story" if alerted else "too_old"
            alert_changes.record_decision(connection, DecisionRow(
                "nato", article_id, 1, "rev", event, code, f"It was {event}.", alert_id, story_id,
                article_outlet, title, url or f"https://{article_outlet}.example/{n}", at,
                language, country, severity, 30, "live",
                "joined" if n else "notified" if alerted else "suppressed", code,
            ))  # fmt: skip
            if alerted:
                _add_article(
                    connection, alert_id, article_id, story_id, article_outlet, title, url,
                    language, at, copy=n,
                )  # fmt: skip
        if alerted:
            alert_changes.open_alert(connection, Alert(
                alert_id, "nato", "NATO membership", story_id, "open", severity, title,
                "New story.", "new_story", hash_parts("article", name, "0"), at, at,
            ))  # fmt: skip
        for number, text in enumerate(texts, 1):
            _add_revision(connection, hash_parts("article", name, "0"), number, title, text, at)
    return alert_id


def add_delivery(store: Store, alert_id: str, target: str, state: str, at: datetime) -> str:
    """Add a notification with one delivery in a state; return the delivery's id."""
    notification = delivery_store.Notification(
        hash_parts("note", alert_id, target), alert_id, "desk", "new_story",
        int(hash_parts("seq", target)[:4], 16), "{}", at,
    )  # fmt: skip
    with store.write() as connection:
        delivery_store.add_notification(connection, notification, [target], due=at)
        add_item(connection, notification.id, alert_id, at)
        delivery_id = hash_parts("delivery", notification.id, target)
        accepted = at if state == delivery_store.DELIVERED else None
        connection.execute(
            delivery_store.deliveries.update()
            .where(delivery_store.deliveries.c.id == delivery_id)
            .values(
                state=state,
                attempts=3,
                last_error="HTTP <503>.",
                updated_at=at,
                delivered_at=accepted,
            )
        )
    return delivery_id


def _add_article(
    connection: Connection,
    alert_id: str,
    article_id: str,
    story_id: str,
    outlet: str,
    title: str,
    url: str,
    language: str,
    at: datetime,
    *,
    copy: int,
) -> None:
    sentence = f"Die Nato tagt und berät, sagt {title}"
    evidence = [
        Evidence(field=Field.TITLE, start=0, end=4, surface="Nato tagt", rule="direct",
                 sentence=title),
        Evidence(field=Field.TEXT, start=4, end=13, surface="Nato tagt", rule="direct",
                 sentence=sentence),
    ]  # fmt: skip
    facts = {
        "id": article_id, "revision": 1, "url": url or f"https://{outlet}.example/{copy}",
        "title": title, "outlet": outlet, "language": language, "published_at": None,
        "first_seen_at": at.isoformat(), "score": 30, "rules": ["direct"],
        "evidence": [e.model_dump(mode="json") for e in evidence],
    }  # fmt: skip
    original = hash_parts("article", "original") if copy else None
    story_store.put_article(connection, story_store.StoryArticle(
        "nato", article_id, 1, story_id, "copy" if copy else "original", original, 0.9 if copy
        else 1.0, at, at + timedelta(seconds=copy), outlet, "", json.dumps(facts), "", b"",
    ), ())  # fmt: skip
    if not copy:
        told = ToldRevision("nato", article_id, 1, alert_id, at, json.dumps(facts))
        add_told_revision(connection, told)


def _add_revision(
    connection: Connection, article_id: str, number: int, title: str, text: str, at: datetime
) -> None:
    fetched = at + timedelta(minutes=number)
    message = ArticleRevision(
        article_id=article_id, revision=number, url="https://kurier.example/0", title=title,
        text=text, outlet="kurier", feed_id="kurier-1", language="de", country="AT",
        first_seen_at=at, fetched_at=fetched,
    )  # fmt: skip
    record = articles.ArticleRecord(
        article_id, f"key {article_id}", message.url, "kurier", "kurier-1", at, "live", number,
        fetched, "page", hash_parts(title), hash_parts(text),
    )  # fmt: skip
    articles.add_revision(connection, record, message)
