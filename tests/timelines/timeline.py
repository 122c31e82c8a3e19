"""Timelines: articles in the order of time, each with the message that it must cause.

::

    topic harbours: Häfen OR harbour*          a topic of the file, with its query
    urgent alarms: explosion*                  one whose alerts are urgent
    route max_per_hour: 2                      a key of the last route
    file digests: [{"id": "evening", …}]       a key of alerts.yaml, as JSON; routes before the last

    = Dam in Sorvik (de)                       a timeline
    09:00 kurier  new_story  Dam breaks        time, outlet, expected message, headline
        The lead, on indented lines.
    09:40 bote    -          Dam in Sorvik     no message
        =                                      the lead of the article before
    10:00 @ack    Anna                         Anna acknowledges the open alerts
    +1 09:00 kurier/backfill - (09:00) Dam     on the next day, found as backfill, the page of 09:00
    11:00 kurier/gone retraction (09:00) gone  the page of 09:00 has vanished

The expected message is the kind of the one that the article leads, with its topics in brackets
where there are several (``new_story[port,rail]``), or the form of the digest that holds it
(``rollup``, ``catch_up``). The timelines of a file are one simulation, each a month after the last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.plan import URGENT
from config.catalog.load import load_catalog
from config.settings import Settings
from core.processes.instance import Instance
from core.store import Store
from core.store import alerts as alert_store
from core.store.console import actions
from tests.support.schemas import new_sqlite
from wirewatch.simulation import arrivals, parse_lines, simulated_catalog
from wirewatch.simulation.simulate import Simulation

FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)
GAP = timedelta(days=30)
"""Between two timelines: nothing of the one before is compared any more."""

NO_MESSAGE = "-"
ACKNOWLEDGE = "@ack"
DIGEST = "digest"
GONE = "gone"

_ROW = re.compile(r"(?:\+(\d+) )?(\d\d):(\d\d) (\S+) +(\S+)(?: +(.*))?")
_CHANGED = re.compile(r"\((\d\d:\d\d)\) (.*)")


@dataclass
class Row:
    """An article, or an acknowledgement."""

    at: datetime
    clock: str
    outlet: str
    expected: str
    title: str
    url: str
    origin: str = "live"
    language: str = "de"
    lead: str = ""

    def as_line(self) -> dict[str, str | bool]:
        """Return the article as a line of a simulation."""
        line = {"url": self.url, "first_seen_at": self.at.isoformat()}
        if self.origin == GONE:
            return {**line, "gone": True}
        return {
            **line,
            "outlet": self.outlet,
            "language": self.language,
            "title": self.title,
            "lead": self.lead,
            "text": self.lead,
            "origin": self.origin,
        }


@dataclass
class Timeline:
    """One timeline of a file."""

    name: str
    language: str
    rows: list[Row] = field(default_factory=list)

    def shown(self, outcomes: Iterable[str]) -> str:
        """Return the timeline as a table with outcomes in place of the expected messages."""
        rows = zip(self.rows, outcomes, strict=True)
        lines = (f"{r.at:%d} {r.clock} {r.outlet:12} {found:12} {r.title}" for r, found in rows)
        return "\n".join([f"= {self.name}", *lines])


@dataclass
class TimelineFile:
    """A file of timelines with its topics."""

    topics: dict[str, dict[str, Any]] = field(default_factory=dict)
    route: dict[str, Any] = field(default_factory=lambda: {"group_wait": "0s"})
    file: dict[str, Any] = field(default_factory=dict)
    timelines: list[Timeline] = field(default_factory=list)


def read_timelines(path: Path) -> TimelineFile:
    """Parse a file of timelines."""
    parsed = TimelineFile()
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(": ")
        word, _, name = key.partition(" ")
        if word in ("topic", URGENT):
            severity = {"alert": {"severity": URGENT}} if word == URGENT else {}
            parsed.topics[name] = {"id": name, "title": name, "query": value} | severity
        elif word == "route":
            parsed.route[name] = int(value) if value.isdigit() else value
        elif word == "file":
            parsed.file[name] = json.loads(value)
        elif line.startswith("= "):
            title, _, language = line[2:].rstrip(")").rpartition(" (")
            parsed.timelines.append(Timeline(title, language))
        elif line.startswith(" "):
            _add_lead(parsed.timelines[-1].rows, line.strip())
        elif line and not line.startswith("#"):
            _add_row(parsed.timelines, line)
    return parsed


def _add_lead(rows: list[Row], text: str) -> None:
    rows[-1].lead = rows[-2].lead if text == "=" else f"{rows[-1].lead} {text}".strip()


def _add_row(timelines: list[Timeline], line: str) -> None:
    timeline = timelines[-1]
    parts = _ROW.fullmatch(line)
    assert parts, line
    day, hour, minute, source, expected, title = parts.groups(default="")
    outlet, _, origin = source.partition("/")
    start = FIRST_DAY + GAP * len(timelines) + timedelta(days=int(day or 0))
    at = start + timedelta(hours=int(hour), minutes=int(minute))
    url = f"https://{outlet}.example/{len(timelines)}/{len(timeline.rows)}"
    if changed := _CHANGED.fullmatch(title):
        title = changed[2]
        url = next(row.url for row in timeline.rows if row.clock == changed[1])
    row = Row(at, f"{hour}:{minute}", outlet, expected, title, url, origin or "live")
    row.language = timeline.language
    timeline.rows.append(row)


def run_timelines(content: TimelineFile, folder: Path) -> list[list[str]]:
    """Return what each row of each timeline caused."""
    rows = [row for timeline in content.timelines for row in timeline.rows]
    outcomes = iter(_simulate(content, rows, folder))
    return [[next(outcomes) for _ in timeline.rows] for timeline in content.timelines]


def _simulate(content: TimelineFile, rows: list[Row], folder: Path) -> list[str]:
    articles = [row for row in rows if row.outlet != ACKNOWLEDGE]
    lines = parse_lines(
        "\n".join(json.dumps(row.as_line()) for row in articles).encode(), "timelines"
    )
    written, faults = load_catalog(_write_config(content, folder), {})
    assert written is not None, faults
    catalog = simulated_catalog(written, lines)
    instance = Instance.start(folder)
    new_sqlite(folder)  # a copy: migrations take longer than a timeline
    with closing(instance), closing(Store.open_temporary(folder)) as store:
        settings = Settings(_env_file=None, data_dir=folder)
        simulation = Simulation(catalog, settings, store, instance)
        arriving = arrivals(lines, catalog, settings.fetch_live_gap)
        for row in rows:
            if row.outlet == ACKNOWLEDGE:
                _acknowledge(store, row)
            else:
                simulation.take(next(arriving))
        simulation.finish()
    undecided = {row.url for row in articles} - {d["url"] for d in simulation.report.decisions}
    assert not undecided, f"no topic matches {undecided}"
    return list(_outcomes(rows, simulation.report.messages))


def _write_config(content: TimelineFile, folder: Path) -> Path:
    config = folder / "config"
    (config / "topics").mkdir(parents=True)
    outlet = {"id": "none", "name": "None", "country": "DE", "language": "de"}
    feeds = {"feeds": [{"url": "https://none.example/feed"}]}
    _write(config / "sources.yaml", {"outlets": [outlet | feeds]})
    receiver = {"id": "desk", "kind": "webhook", "url": "https://desk.example/hook"}
    routes = [*content.file.get("routes", ()), content.route | {"receivers": ["desk"]}]
    alerts = content.file | {"receivers": [receiver], "routes": routes}
    _write(config / "alerts.yaml", alerts)
    for name, topic in content.topics.items():
        _write(config / "topics" / f"{name}.yaml", topic)
    return config


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _acknowledge(store: Store, row: Row) -> None:
    with store.write() as connection:
        is_open = (a.id for a in alert_store.list_alerts(connection) if a.state == alert_store.OPEN)
        actions.ack(connection, list(is_open), by=row.expected, at=row.at)


def _outcomes(rows: list[Row], messages: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what each row caused; the expected text where it is no article."""
    caused: dict[int, str] = {}
    for message in messages:
        for url, outcome in _led(message):
            at = datetime.fromisoformat(message["held_until"] or message["at"])
            before = (n for n, row in enumerate(rows) if row.url == url and row.at <= at)
            caused[max(before)] = outcome
    for number, row in enumerate(rows):
        yield row.expected if row.outlet == ACKNOWLEDGE else caused.get(number, NO_MESSAGE)


def _led(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the articles that a message is about, each with what the message is."""
    if message["kind"] == DIGEST:
        for item in message["items"]:
            yield item["urls"][0], message["digest"]
    elif message["urls"]:
        topics = [topic["id"] for topic in message.get("topics", ())]
        several = f"[{','.join(topics)}]" if len(topics) > 1 else ""
        yield message["urls"][0], f"{message['kind']}{several}"
