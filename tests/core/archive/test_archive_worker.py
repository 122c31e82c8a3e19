"""The archive stage on the embedded log: repeats, and filling a new archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from core.archive import Archive, ArchiveFilter
from core.archive.sqlite import SqliteArchive
from core.archive.worker import GROUP, STAGE, STREAMS, ArchiveWorker
from core.clock import utc_now
from core.dispositions import Dispositions
from core.messages.envelope import DEAD_LETTER, to_record
from core.streams.consume_loop import ConsumePolicy
from core.streams.embedded import EmbeddedLog
from core.streams.port import Batch, Consumer, NewRecord, StreamSpec
from processors.archive.words import words_of
from tests.core.archive.test_archive import NOON, article, enriched


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    path = tmp_path / "streams.db"
    log = EmbeddedLog(path, clock=utc_now, instance="me", is_alive=bool, durability="normal")
    log.create([StreamSpec(name, 3, timedelta(days=30)) for name in (*STREAMS, DEAD_LETTER)])
    yield log
    log.close()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(SqliteArchive(tmp_path / "archive.db"), words_of)
    yield opened
    opened.close()


class Killed(BaseException):
    """The process ends here."""


def run(log: EmbeddedLog, worker: ArchiveWorker, wrap: Callable[[Consumer], object] = id) -> None:
    with closing(log.consumer(GROUP, STREAMS, slot="a")) as member:
        wrap(member)
        worker.run(
            member,
            stop=lambda: False,
            idle=lambda: True,
            policy=ConsumePolicy(poll_seconds=0.2),
        )


def test_a_process_that_is_killed_before_the_commit_repeats_the_batch_without_effect(
    log: EmbeddedLog, archive: Archive
) -> None:
    revisions = [article(n, f"Meldung {n}") for n in range(5)]
    records = [to_record(one, at=NOON) for one in revisions]
    records += [to_record(enriched(one, "de", "nato"), at=NOON) for one in revisions]
    log.append([*records, NewRecord(STREAMS[0], b"k", b"no article", (), NOON)])
    counts = Dispositions()
    worker = ArchiveWorker(archive, lambda: NOON, counts)

    def end_at_commit(member: Consumer) -> None:
        def commit(batch: Batch) -> None:
            raise Killed

        member.commit = commit  # type: ignore[method-assign]

    with pytest.raises(Killed):
        run(log, worker, end_at_commit)
    run(log, worker)
    stored = archive.page(ArchiveFilter(topic="nato"))
    assert sorted(one.article.title for one in stored) == [one.title for one in revisions]
    assert archive.words("meldung") == [("meldung", 5)]
    assert sum(counts.of(STAGE).values()) == 6
    assert counts.of(STAGE)["dead_letter"] == 1
