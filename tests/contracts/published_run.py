"""A run of the program that publishes a record on every stream, and a consumer's view of it."""

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
"""The stream with the copy of the topic's matches."""

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

_BODY = (
    "Die Regierung in {place} hat am Montag den Antrag auf den Nato-Beitritt unterzeichnet. "
    "Das sagte die Ministerin vor der Presse in der Hauptstadt und nannte Einzelheiten.\n"
    "Nun müssen die Parlamente aller Mitgliedstaaten zustimmen, was mehrere Monate dauern kann. "
    "Beobachter rechnen mit einem Beschluss im kommenden Frühjahr."
)


@dataclass(frozen=True)
class PublishedRun:
    """What a run of the program published.

    Attributes:
        installation: The installation that ran.
        settings: Its settings.
        records: All records of all streams.
        poison: The record that could not be processed, as it was appended.
    """

    installation: CliInstallation
    settings: Settings
    records: tuple[Record, ...]
    poison: NewRecord

    def on(self, stream: str) -> list[Record]:
        """Return the records of a stream."""
        return [record for record in self.records if record.stream == stream]


@contextmanager
def opened(settings: Settings) -> Iterator[StreamLog]:
    """Open the streams of an installation."""
    instance = Instance.start(settings.data_dir)
    log = open_streams(settings, instance=instance, clock=utc_now)
    try:
        yield log
    finally:
        log.close()
        instance.close()


def run_and_collect(folder: Path, **streams: str) -> PublishedRun:
    """Run the program twice: with two stories, then with a poison record and a gap in the feed.

    Args:
        folder: For the configuration and the data.
        streams: Settings that name the stream engine.
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
        poison = NewRecord(ARTICLES, b"poison", b'{"not": "an article"', (), utc_now())
        with opened(settings) as log:
            log.append([poison])
        newsroom.feeds["kurier"] = [_story("c", "Kiew")]
        installation.run_once()
    with opened(settings) as log:
        names = [info.name for info in log.list_streams()]
        records = tuple(record for name in names for record in log.read(name))
    return PublishedRun(installation, settings, records, poison)


def _story(path: str, place: str) -> Story:
    return Story(f"/{path}", f"{place} unterzeichnet Antrag", _BODY.format(place=place))


def cloud_event(headers: Mapping[str, bytes], key: bytes | None, value: bytes) -> BaseCloudEvent:
    """Read a record with the official SDK, which raises if it is not a CloudEvent."""
    return from_kafka_event(KafkaMessage(headers=dict(headers), key=key, value=value))


def schema_of(stream: str) -> dict[str, Any]:
    """Return the committed schema of a stream; a topic's copy has the schema of matches."""
    name = stream if stream in STREAM_MESSAGES else "news.matches.v1"
    text = (ROOT / f"docs/schemas/{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
