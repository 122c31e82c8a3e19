"""The alerts stage with a store and a clock of its own, and builders of matches and topics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.dispatcher import Dispatcher
from alerts.worker import AlertsWorker
from config.catalog.models import (
    AlertPolicy,
    AlertsDefinition,
    Catalog,
    FilePosition,
    ReceiverDefinition,
    RouteDefinition,
    TopicDefinition,
    TopicState,
)
from config.i18n import Phrase, in_english
from config.settings import Settings
from core.dispositions import Dispositions
from core.ids import article_id
from core.messages import AlertEvent, ArticleRevision, Evidence, Field, Match, Origin
from core.messages.envelope import MATCHES, to_record
from core.processes.instance import Instance
from core.store import Store, articles, entries, notification_items, outbox, targets
from core.store import alerts as alert_store
from core.store import deliveries as delivery_store
from core.streams.port import Batch, PartitionRange, Record
from core.text.fingerprint import fingerprint
from core.text.tokens import folded_words
from tests.support.records import article_record, entry_record

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACE = FilePosition("alerts.yaml", 1, 1)

TEXT = (
    "Die Regierung in Oslo hat am Sonntag angekündigt, den Ausbau der Häfen im Norden vorzuziehen. "
    "Der Verteidigungsminister sprach von einer Investition in Höhe von zwei Milliarden Kronen. "
    "Die Opposition kritisierte, dass das Parlament erst im Nachhinein unterrichtet worden sei. "
    "Anwohner in Tromsø fürchten um die Fischerei und haben eine Demonstration angemeldet. "
    "Im Frühjahr sollen die ersten Arbeiten beginnen, ein Gutachten steht allerdings noch aus."
)
OTHER_TEXT = (
    "In einem Vorort von Lissabon ist ein leer stehendes Kaufhaus abgebrannt. Die Feuerwehr war "
    "mit hundert Kräften im Einsatz und brachte die Flammen gegen Mitternacht unter Kontrolle. "
    "Verletzt wurde niemand, die Polizei geht von einem technischen Defekt aus."
)


def match(
    url: str = "https://kurier.example.org/haefen",
    *,
    title: str = "Oslo zieht Ausbau der Häfen vor",
    text: str = TEXT,
    topic: str = "nato-membership",
    topic_revision: str = "r1",
    **values: Any,
) -> Match:
    """A match on an article published at noon; ``values`` are fields of the article."""
    fields: dict[str, Any] = {
        "article_id": article_id(url),
        "revision": 1,
        "url": url,
        "title": title,
        "text": text,
        "outlet": url.split("/")[2].split(".")[0],
        "feed_id": "kurier-1",
        "language": "de",
        "country": "DE",
        "published_at": NOON,
        "first_seen_at": NOON,
        "fetched_at": NOON,
        "origin": Origin.LIVE,
    } | values
    article = ArticleRevision(**fields)
    sentence = text.split(". ")[0]
    return Match(
        topic_id=topic,
        topic_revision=topic_revision,
        article_id=article.article_id,
        revision=article.revision,
        score=55,
        threshold=30,
        rules=("direct",),
        evidence=(
            Evidence(
                field=Field.TEXT, start=0, end=3, surface="Die", rule="direct", sentence=sentence
            ),
        ),
        article=article,
        language=article.language,
        fingerprint=fingerprint(folded_words(text)),
    )


def topic(state: TopicState = TopicState.LIVE, **values: Any) -> TopicDefinition:
    fields: dict[str, Any] = {
        "id": "nato-membership",
        "title": "NATO membership negotiations",
        "revision": "r1",
        "languages": (),
        "threshold": 30,
        "state": state,
        "terms": {},
        "rules": (),
        "entities": (),
        "alert": AlertPolicy(),
        "publish": False,
        "tests": (),
        "position": PLACE,
    }
    return TopicDefinition(**fields | values)


def webhook(
    url: str, secret: str | None = None, name: str = "desk", **keys: Any
) -> ReceiverDefinition:
    """A webhook; ``keys`` are those that every kind of receiver has."""
    options = {"url": url} | ({"secret": secret} if secret else {})
    return ReceiverDefinition(name, "webhook", options, {}, PLACE, **keys)


def batch(*matches: Match | bytes, start: int = 0) -> Batch:
    """A batch of one partition; bytes are a record that is not a match."""
    records = tuple(
        Record(MATCHES, 0, start + i, b"k", _value(m), (), NOON) for i, m in enumerate(matches)
    )
    return Batch(records, (PartitionRange(MATCHES, 0, start, start + len(matches)),))


def _value(content: Match | bytes) -> bytes | None:
    return content if isinstance(content, bytes) else to_record(content, at=NOON).value


@dataclass
class Harness:
    """One installation of the alerts stage."""

    settings: Settings
    store: Store
    me: Instance
    now: datetime = NOON
    catalog: Catalog = field(default_factory=lambda: Catalog((), (topic(),)))
    dispositions: Dispositions = field(default_factory=Dispositions)

    def __post_init__(self) -> None:
        self.worker = AlertsWorker(
            self.store, lambda: self.catalog, self.settings, self.clock, self.dispositions
        )

    def clock(self) -> datetime:
        """Return the present; every call takes a microsecond."""
        self.now += timedelta(microseconds=1)
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)

    def set_topics(self, *topics: TopicDefinition) -> None:
        self.catalog = replace(self.catalog, topics=topics)

    def set_receivers(self, *receivers: ReceiverDefinition) -> None:
        """Route every alert to all of them, at once."""
        names = tuple(r.id for r in receivers)
        routes = (RouteDefinition({}, names, PLACE, group_wait=timedelta(), max_per_hour=0),)
        self.catalog = replace(
            self.catalog, alerts=AlertsDefinition("http://127.0.0.1:8080", receivers, routes)
        )

    def decide(self, *matches: Match | bytes) -> list[str]:
        """Decide about a batch; return the reason codes that were published for it."""
        known = len(self.events())
        self.worker.handle(batch(*matches))
        return [e.reason_code for e in self.events()[known:]]

    def store_article(self, article: ArticleRevision) -> None:
        """Store an article and its entry as ingest does."""
        url = article.url
        record = article_record(
            article_id=article.article_id, url_key=url, url=url, first_seen_at=NOON
        )
        entry = entry_record(article_id=article.article_id, url=url, url_key=url)
        with self.store.write() as connection:
            articles.add_revision(connection, record, article)
            entries.add(connection, [entry])

    def events(self) -> list[AlertEvent]:
        with self.store.read() as connection:
            records = outbox.load_oldest(connection, 1000)
        return [AlertEvent.model_validate_json(r.value or b"") for r in records]

    def alerts(self) -> list[alert_store.Alert]:
        with self.store.read() as connection:
            return alert_store.list_alerts(connection)

    def notifications(self) -> list[tuple[delivery_store.Notification, delivery_store.Delivery]]:
        with self.store.read() as connection:
            return [
                (notification, delivery)
                for alert in alert_store.list_alerts(connection)
                for notification, each in notification_items.load_notifications(
                    connection, alert.id
                )
                for delivery in each
            ]

    def break_target(self) -> None:
        """Mark the only target that deliveries wait for as broken, two hours after it failed."""
        [(receiver, target)] = {(d.receiver, d.target) for _, d in self.notifications()}
        since = NOON + timedelta(hours=2)
        with self.store.write() as connection:
            state = targets.load_target(connection, receiver, target, now=self.now)
            broken = replace(state, failing_since=NOON, broken_since=since, probes=3)
            targets.save_target(connection, broken)

    def last_error(self) -> str:
        """Return the last error of the only delivery, in English."""
        [(_, delivery)] = self.notifications()
        return in_english(Phrase.load(delivery.last_error))

    def dispatcher(
        self, chance: float = 1.0, me: Instance | None = None, patience: float = 1.0
    ) -> Dispatcher:
        return Dispatcher(
            self.store,
            lambda: self.catalog,
            self.settings,
            me or self.me,
            self.clock,
            chance=lambda: chance,
            patience=patience,
        )


@contextmanager
def open_harness(folder: Path, **settings: Any) -> Iterator[Harness]:
    chosen = Settings(_env_file=None, data_dir=folder, delivery_timeout=20.0, **settings)
    me = Instance.start(folder)
    store = Store.open(chosen.database_location)
    try:
        yield Harness(chosen, store, me)
    finally:
        store.close()
        me.close()
