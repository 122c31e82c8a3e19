"""An installation of the first release candidate goes on: nothing is lost, nothing told again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from alerts.worker import GROUP, join
from config.catalog.load import load_catalog
from core.messages import Match
from core.messages.envelope import MATCHES, from_record
from core.store import Store
from core.store.column_types import metadata
from core.store.console import story_list
from core.store.console.story_list import StoryFilter
from core.streams import open_streams
from core.streams.consume_loop import ConsumePolicy, drained
from core.streams.port import StreamLog
from tests.alerts.harness import Harness, match, open_harness, webhook
from tests.support.faultserver import FaultServer, reply
from tests.support.postgres import DATABASES
from tests.support.schemas import declare_all_tables
from tests.upgrade.written_installation import read_rows, restore_postgres, restore_sqlite

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "first_candidate"
ROWS = read_rows(FOLDER / "store.sql")
_NEWEST = max(datetime.fromisoformat(row["opened_at"]) for row in ROWS["alerts"])
NOW = _NEWEST.replace(tzinfo=UTC) + timedelta(minutes=8)
"""Some minutes after the installation was written."""


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of the store as the release candidate left it."""
    if request.param == "sqlite":
        return restore_sqlite(FOLDER / "store.sql", tmp_path / "store.db")
    url = str(request.getfixturevalue("postgres"))
    return restore_postgres(FOLDER / "store.sql", url, "0002")


@pytest.fixture
def harness(database_url: str, tmp_path: Path, faults: FaultServer) -> Iterator[Harness]:
    """The alerts stage on that store, with the configuration of the release candidate."""
    catalog, found = load_catalog(FOLDER / "config", {})
    assert catalog is not None, found
    alerts = replace(catalog.alerts, receivers=(webhook(faults.on("/hook", reply())),))
    with open_harness(tmp_path, database_url=database_url) as harness:
        harness.now, harness.catalog = NOW, replace(catalog, alerts=alerts)
        yield harness


@pytest.fixture
def streams(harness: Harness, tmp_path: Path) -> Iterator[StreamLog]:
    """The streams as the release candidate left them."""
    restore_sqlite(FOLDER / "streams.sql", tmp_path / "streams.db")
    log = open_streams(harness.settings, instance=harness.me, clock=harness.clock)
    yield log
    log.close()


def decide_stream(harness: Harness, streams: StreamLog) -> None:
    """Decide what the group has not read yet."""
    with closing(join(streams, "one")) as consumer:
        harness.worker.run(
            consumer,
            stop=lambda: False,
            idle=lambda: drained(streams, GROUP, [MATCHES], slot="one"),
            policy=ConsumePolicy(poll_seconds=0.01),
        )


def titles(faults: FaultServer) -> list[str]:
    return [json.loads(r.body)["story"]["title"] for r in faults.requests_to("/hook")]


def test_its_rows_are_all_there_in_the_schema_of_today(database_url: str) -> None:
    declare_all_tables()
    with closing(Store.open(database_url)) as store, store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        for name, rows in ROWS.items():
            number = sa.select(sa.func.count()).select_from(metadata.tables[name])
            assert connection.scalar(number) == len(rows), name
        cards = story_list.list_stories(connection, StoryFilter(state="all"))
    assert {(card.alert_id, card.title, card.state) for card in cards} == {
        (row["id"], row["title"], row["state"]) for row in ROWS["alerts"]
    }


def test_what_it_had_read_is_not_decided_again_and_what_it_had_not_read_is(
    harness: Harness, streams: StreamLog
) -> None:
    decide_stream(harness, streams)
    assert harness.dispositions.of("alerts") == {"new_story": 1}
    harness.decide(*(from_record(record, Match) for record in streams.read(MATCHES)))
    assert harness.dispositions.of("alerts") == {"new_story": 1, "repeated": 5}
    assert {row["id"] for row in ROWS["alerts"]} < {alert.id for alert in harness.alerts()}


def test_a_message_that_waited_is_sent_under_its_id_and_nothing_else_is_told(
    harness: Harness, streams: StreamLog, faults: FaultServer
) -> None:
    decide_stream(harness, streams)
    assert harness.dispatcher().run_once() == {"delivered": 2, "failed": 0, "pending": 0, "held": 0}
    told = {"Güterzug entgleist vor Rotterdam", "Klappbrücke in Triest klemmt"}
    assert set(titles(faults)) == told  # they have different targets, which are sent to at once
    [waiting] = [row["notification_id"] for row in ROWS["deliveries"] if row["state"] == "pending"]
    [body] = [row["body"] for row in ROWS["notifications"] if row["id"] == waiting]
    sent = {r.header("webhook-id"): r.body.decode() for r in faults.requests_to("/hook")}
    assert (len(sent), sent[waiting]) == (2, body)


@pytest.mark.parametrize(
    ("story", "title", "text"),
    [
        (
            "Oslo zieht Ausbau der Häfen vor",
            "Oslo stoppt Ausbau der Häfen: Minister tritt zurück",
            "Die Regierung in Oslo stoppt den Ausbau der Häfen im Norden, der Minister geht.",
        ),
        (
            "Kaufhaus in Lissabon ausgebrannt",
            "Brand im Kaufhaus in Lissabon: Verdächtiger festgenommen",
            "Nach dem Brand eines Kaufhauses in einem Vorort von Lissabon ist ein Mann in Haft.",
        ),
    ],
)
def test_what_is_new_in_one_of_its_stories_is_told_as_an_update_of_the_same_alert(
    harness: Harness, faults: FaultServer, story: str, title: str, text: str
) -> None:
    harness.dispatcher().run_once()
    new: dict[str, Any] = {"published_at": NOW, "first_seen_at": NOW, "fetched_at": NOW}
    article = match(
        "https://anzeiger.example.org/neu", title=title, text=text, topic="harbours", **new
    )
    assert harness.decide(article)[-1] == "development"
    harness.dispatcher().run_once()
    update = json.loads(faults.requests_to("/hook")[-1].body)
    [alert] = [row for row in ROWS["alerts"] if row["title"] == story]
    assert (update["kind"], update["alert_id"]) == ("update", alert["id"])
    assert update["articles"][0]["title"] == title
    [now] = [each for each in harness.alerts() if each.id == alert["id"]]
    assert now.state == "open"
