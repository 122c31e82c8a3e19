"""The nightly job: when it runs, what it deletes, and what it says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from config.settings import Settings
from core.archive import Archive, ArchiveFilter
from core.archive.excerpts import is_excerpt
from core.archive.open import FILE
from core.archive.sqlite import SqliteArchive
from core.processes.instance import Instance
from core.store import Store, cards, nightly_runs
from core.store.console import actions
from core.store.nightly_runs import load_due, load_runs
from processors.archive.words import words_of
from tests.core.archive.test_archive import article
from tests.support.schemas import new_sqlite
from tests.support.stories import add_article
from wirewatch.run.nightly import NightlyJob, next_night

NOON = datetime.fromisoformat("2026-11-22T12:00:00Z")
NIGHT = datetime.fromisoformat("2026-11-23T02:00:00Z")
DAY = timedelta(days=1)


class Installation:
    """A store and an archive, with a clock that the test sets."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder)
        self.store = Store.open(new_sqlite(folder))
        self.folder = folder
        self.instance = Instance.start(folder)
        self.now = NOON
        self.rests = 0
        self.most_rests = 10_000

    def job(self, instance: Instance | None = None) -> NightlyJob:
        own, limits = instance or self.instance, {"kurier": 30 * DAY}
        return NightlyJob(
            self.settings, self.store, own, lambda: self.now, self._rest, lambda: limits
        )

    def _rest(self, seconds: float) -> bool:
        self.rests += 1
        return self.rests <= self.most_rests

    def stories(self) -> list[str]:
        with self.store.read() as connection:
            return sorted(connection.scalars(select(cards.cards.c.title)))

    def due(self) -> datetime | None:
        with self.store.read() as connection:
            return load_due(connection)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = Installation(tmp_path)
    yield opened
    opened.store.close()
    opened.instance.close()


def test_the_next_night_is_the_next_time_at_the_hour() -> None:
    at = datetime.fromisoformat
    for now, expected in (
        ("2026-11-22T12:00:00Z", "2026-11-23T02:00:00Z"),
        ("2026-11-23T01:59:59Z", "2026-11-23T02:00:00Z"),
        ("2026-11-23T02:00:00Z", "2026-11-24T02:00:00Z"),
    ):
        assert next_night(at(now), 2) == at(expected)


def test_a_first_start_deletes_nothing_and_the_night_after_it_says_what_it_forgot(
    installation: Installation,
) -> None:
    ages = {"told": 100, "told long ago": 800, "untold": 100, "untold lately": 80, "judged": 100}
    with installation.store.write() as connection:
        for title, days in ages.items():
            told = title.startswith("told")
            at = NIGHT - days * DAY
            alert = add_article(connection, title, at, title=title, told=told, code="too_old")
            if told:
                actions.close(connection, [alert], by="Anna", at=at)
        judged = cards.cards.update().where(cards.cards.c.title == "judged")
        connection.execute(judged.values(verdict="relevant"))
    with closing(Archive(SqliteArchive(installation.folder / "archive.db"), words_of)) as archive:
        archive.add(
            [
                article(1, "old", minute=-800 * 24 * 60),
                article(2, "new", minute=0),
                article(3, "cut", minute=-60 * 24 * 60, outlet="kurier", text="wort " * 99),
            ]
        )
        assert installation.job().run_due() is None
        assert (len(installation.stories()), installation.due()) == (5, NIGHT)
        installation.now = NIGHT
        with capture_logs() as logs:
            run = installation.job().run_due()
        archived = [one.article for one in archive.page(ArchiveFilter())]
    assert [(one.title, is_excerpt(one)) for one in archived] == [("new", False), ("cut", True)]
    assert installation.stories() == ["judged", "told", "untold lately"]
    assert run is not None
    assert (run.deleted["archive"], run.deleted["archive texts"], run.problem) == (1, 1, "")
    assert {"stories", "stories nobody was told of"} <= run.deleted.keys()
    assert [(e["event"], e["rows"]) for e in logs] == [("old_data_deleted", run.total)]
    with installation.store.read() as connection:
        assert load_runs(connection) == [run]
    assert installation.due() == NIGHT + DAY
    assert installation.job().run_due() is None


def test_a_job_that_is_stopped_stays_due_and_one_process_does_it(
    installation: Installation,
) -> None:
    installation.job().run_due()
    installation.now, installation.most_rests = NIGHT + 3 * DAY, 4
    assert installation.job().run_due() is None
    assert installation.due() == NIGHT
    installation.most_rests = 10_000
    with closing(Instance.start(installation.folder)) as other:
        busy = installation.job(other)
        assert busy._begin(installation.now)
        assert installation.job().run_due() is None
    assert installation.job().run_due() is not None
    with installation.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(nightly_runs.nightly_runs)) == 1


def test_a_damaged_archive_is_named_and_the_store_is_cleaned_all_the_same(
    installation: Installation,
) -> None:
    (installation.folder / FILE).write_bytes(b"no archive at all" * 1000)
    installation.job().run_due()
    installation.now = NIGHT
    with installation.store.write() as connection:
        add_article(connection, "x", NIGHT - 100 * DAY, told=False, code="too_old")
    run = installation.job().run_due()
    assert run is not None
    assert "archive.db is damaged" in run.problem
    assert installation.stories() == []
