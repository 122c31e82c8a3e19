"""A installation that leaves a record on every stream, and how a consumer looks at records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event

from config.settings import Settings
from core.clock import utc_now
from core.messages.envelope import ARTICLES, STREAM_MESSAGES, topic_stream
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.port import NewRecord, Record, StreamLog
from tests.support.cli_installation import TOPIC, CliInstallation, new_installation
from tests.support.newsroom import Story, serve_newsroom, serve_webhook
from wirewatch.contracts.generate import ROOT

COPY = topic_stream("nato-membership")
"""The copy of the walk's topic."""

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

_BODY = (
    "Die Regierung in {place} hat am Montag den Antrag auf den Nato-Beitritt unterzeichnet. "
    "Das sagte die Ministerin vor der Presse in der Hauptstadt und nannte Einzelheiten.\n"
    "Nun müssen die Parlamente aller Mitgliedstaaten zustimmen, was mehrere Monate dauern kann. "
    "Beobachter rechnen mit einem Beschluss im kommenden Frühjahr."
)


@dataclass(frozen=True)
class Walked:
    """What a installation left behind.

    Attributes:
        installation: The installation.
        settings: Those it ran with.
        records: Everything on every stream.
        dead: The record that could not be processed, as it was appended.
    """

    installation: CliInstallation
    settings: Settings
    records: tuple[Record, ...]
    dead: NewRecord

    def on(self, stream: str) -> list[Record]:
        return [record for record in self.records if record.stream == stream]


@contextmanager
def opened(settings: Settings) -> Iterator[StreamLog]:
    """The streams of an installation."""
    instance = Instance.start(settings.data_dir)
    log = open_streams(settings, instance=instance, clock=utc_now)
    try:
        yield log
    finally:
        log.close()
        instance.close()


def walk_through(folder: Path, **streams: str) -> Walked:
    """Run the program twice: two stories, a record it cannot read, and a gap in the feed.

    Args:
        folder: For the configuration and the data.
        streams: Settings that name the engine.
    """
    settings = Settings(data_dir=folder / "data", **streams)  # type: ignore[arg-type]
    environment = {f"WIREWATCH_{name.upper()}": value for name, value in streams.items()}
    with serve_newsroom() as newsroom, serve_webhook() as receiver:
        installation = new_installation(folder, TOPIC + "publish: true\n")
        installation.environment |= environment
        installation.write_sources(kurier=newsroom.feed_url("kurier"))
        installation.route_to_webhook(receiver.url + "/hook")
        newsroom.publish("kurier", _story("a", "Stockholm"), _story("b", "Helsinki"))
        installation.run_once()
        dead = NewRecord(ARTICLES, b"key of the dead", b'{"not": "an article"', (), utc_now())
        with opened(settings) as log:
            log.append([dead])
        newsroom.feeds["kurier"] = [_story("c", "Kiew")]
        installation.run_once()
    with opened(settings) as log:
        names = [info.name for info in log.list_streams()]
        records = tuple(record for name in names for record in log.read(name))
    return Walked(installation, settings, records, dead)


def _story(path: str, place: str) -> Story:
    return Story(f"/{path}", f"{place} unterzeichnet Antrag", _BODY.format(place=place))


def cloud_event(headers: Mapping[str, bytes], key: bytes | None, value: bytes) -> BaseCloudEvent:
    """The record as the official SDK sees it; raises where it is no CloudEvent."""
    return from_kafka_event(KafkaMessage(headers=dict(headers), key=key, value=value))


def schema_of(stream: str) -> dict[str, Any]:
    """The committed schema of what lies on a stream, by the kind of its events."""
    home = stream if stream in STREAM_MESSAGES else "news.matches.v1"
    text = (ROOT / f"docs/schemas/{home}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
