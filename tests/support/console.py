"""A console over a store filled by hand, served on loopback as the program serves it."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from config.catalog.load import load_partly
from config.catalog.models import Catalog
from config.faults import Fault
from config.settings import Settings
from core.ids import digest
from core.messages import ArticleRevision, Evidence, Field
from core.store import Connection, Store, alert_changes, articles
from core.store import deliveries as delivery_store
from core.store import stories as story_store
from core.store.alerts import Alert, DecisionRow
from core.store.feed_record import FeedRecord
from core.store.feeds import sync
from wirewatch.web.app import create_app
from wirewatch.web.runtime_status import RuntimeStatus
from wirewatch.web.server import address, listen, serve

HOSTILE = (
    '<script>document.title = "gotcha"</script><img src=x onerror=alert(1)>"\'{{7*7}} '
    "\u202egnp.exe \x1b[31m" + "Ein sehr langer Titel " * 500
)
"""Markup, a template, an override of the direction, an escape sequence, 10,000 characters."""

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
"""
TALKS = """id: talks
title: Peace talks
languages: [de]
threshold: 20
rules:
  - {id: talks, weight: 20, query: Friedensgespräch*}
"""


@dataclass
class Console:
    """A console that answers.

    Attributes:
        host: ``127.0.0.1:PORT``.
        cookie: Of the last answer that set one.
    """

    host: str
    store: Store
    clock: list[datetime]
    settings: Settings
    ill: list[str]
    faults: list[Fault]
    cookie: str = ""
    csrf: str = ""
    language: str = "en"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The console's address."""
        return f"http://{self.host}"

    def ask(self, path: str, method: str = "GET", body: str = "") -> tuple[int, str]:
        """One request; its status and body."""
        headers = {"Host": self.host, "Accept-Language": self.language, "Cookie": self.cookie}
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        connection = http.client.HTTPConnection(self.host, timeout=30)
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        if cookie := self.headers.get("set-cookie"):
            self.cookie = cookie.partition(";")[0]
        if found := re.search(r'name="csrf" value="([^"]+)"', text):
            self.csrf = found[1]
        return answer.status, text

    def page(self, path: str) -> str:
        """A page that is there."""
        status, body = self.ask(path)
        assert status == 200, (status, body)
        return body

    def submit(self, path: str, fields: Sequence[tuple[str, str]]) -> str:
        """Send a form as a browser does; the page it leads to."""
        status, body = self.send(path, fields)
        if status == 200:
            return body
        assert status == 303, (status, body)
        return self.page(self.headers["location"])

    def send(self, path: str, fields: Sequence[tuple[str, str]]) -> tuple[int, str]:
        """Send a form; its own answer."""
        if not self.csrf:
            self.page("/login")
        return self.ask(path, "POST", urlencode([("csrf", self.csrf), *fields]))


@contextmanager
def serve_console(folder: Path, clock: Callable[[], datetime]) -> Iterator[Console]:
    """A console on a store of its own.

    Args:
        folder: For the files and the store.
        clock: The present at the beginning; :attr:`Console.clock` holds what it is then.
    """
    files = folder / "config"
    (files / "topics").mkdir(parents=True)
    (files / "sources.yaml").write_text(SOURCES, "utf-8")
    (files / "topics" / "nato.yaml").write_text(NATO, "utf-8")
    (files / "topics" / "talks.yaml").write_text(TALKS, "utf-8")
    settings = Settings(config_dir=files, data_dir=folder, http_allow_private=True)
    catalog, faults = load_partly(files, {})
    assert not [fault for fault in faults if fault.is_error]
    store = Store.open(f"sqlite:///{folder}/store.db")
    moments: list[datetime] = []
    ill: list[str] = []
    wrong: list[Fault] = []
    running = RuntimeStatus(lambda: catalog, lambda: ill, lambda: wrong, settings)
    app = create_app(store, lambda: moments[0] if moments else clock(), running)
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    with listen("127.0.0.1", 0) as listener:
        host = address(listener).removeprefix("http://").rstrip("/")
        task = serve(app, listener, stop)
        serving = threading.Thread(target=loop.run_until_complete, args=(task,))
        serving.start()
        try:
            yield Console(host, store, moments, settings, ill, wrong)
        finally:
            loop.call_soon_threadsafe(stop.set)
            serving.join()
            loop.close()
            store.close()


def add_feeds(store: Store, catalog: Catalog, now: datetime) -> None:
    """The feeds of the files, never read."""
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
    told: bool = True,
    texts: Sequence[str] = (),
) -> str:
    """A story with its copies; the id of its alert.

    Args:
        texts: Of the first article, one a revision.
    """
    title = title or f"Die Nato tagt: {name}"
    alert_id, story_id = digest("alert", name), digest("story", name)
    with store.write() as connection:
        if told:
            story_store.add_story(
                connection, story_store.Story(story_id, "nato", title, at, at, 1 + copies)
            )
        for n in range(copies + 1 if told else 1):
            place = outlet if n == 0 else f"copy{n}"
            article_id = digest("article", name, str(n))
            event = "suppressed" if n or not told else "opened"
            code = "copy" if n else "new_story" if told else "too_old"
            alert_changes.record_decision(connection, DecisionRow(
                "nato", article_id, 1, "rev", event, code, f"It was {event}.", alert_id, story_id,
                place, title, url or f"https://{place}.example/{n}", at, language, country,
                severity, 30,
            ))  # fmt: skip
            if told:
                _place(connection, article_id, story_id, place, title, url, language, at, copy=n)
        if told:
            alert_changes.open_alert(connection, Alert(
                alert_id, "nato", "NATO membership", story_id, "open", severity, title,
                "New story.", "new_story", digest("article", name, "0"), at, at,
            ))  # fmt: skip
        for number, text in enumerate(texts, 1):
            _revise(connection, digest("article", name, "0"), number, title, text, at)
    return alert_id


def add_delivery(store: Store, alert_id: str, target: str, state: str, at: datetime) -> str:
    """A notification about a story that came to this; the delivery's id."""
    note = delivery_store.Notification(
        digest("note", alert_id, target), alert_id, "desk", "new_story",
        int(digest("seq", target)[:4], 16), "{}", at,
    )  # fmt: skip
    with store.write() as connection:
        delivery_store.add_notification(connection, note, [target], due=at)
        delivery_id = digest("delivery", note.id, target)
        connection.execute(
            delivery_store.deliveries.update()
            .where(delivery_store.deliveries.c.id == delivery_id)
            .values(state=state, attempts=3, last_error="HTTP <503>.", updated_at=at)
        )
    return delivery_id


def _place(
    connection: Connection,
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
    original = digest("article", "original") if copy else None
    story_store.put_article(connection, story_store.StoryArticle(
        "nato", article_id, 1, story_id, "copy" if copy else "original", original, 0.9 if copy
        else 1.0, at, at + timedelta(seconds=copy), outlet, "", json.dumps(facts), "", b"",
    ), ())  # fmt: skip


def _revise(
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
        fetched, "page", digest(title), digest(text),
    )  # fmt: skip
    articles.add_revision(connection, record, message)
