"""A replay beside the running processors: what it publishes and what it does not, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from config.catalog.models import Catalog
from config.settings import Settings
from core.clock import utc_now
from core.dispositions import Dispositions
from core.messages import ArticleRevision, Match
from core.messages.envelope import (
    ARTICLES,
    DEAD_LETTER,
    ENRICHED,
    MATCHES,
    to_record,
    topic_stream,
)
from core.streams.consume_loop import ConsumePolicy, drained
from core.streams.port import NewRecord, Record, StreamLog
from core.streams.topology import stream_specs
from processors import GROUP, Processors, ProcessorsWorker, article_from_fields
from processors.replay import GROUPS, Replay, ReplayCounts, replay_range
from tests.processors.definitions import topic
from tests.support.engines import ENGINES, opened, settings_of

HOUR = timedelta(hours=1)
NOW = utc_now().replace(microsecond=0)


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    return settings_of(request, tmp_path)


@pytest.fixture
def log(settings: Settings) -> Iterator[StreamLog]:
    with opened(settings) as log:
        log.create(stream_specs(settings, published=["nato"]))
        yield log


NATO = topic("nato", id="nato", publish=True)
CATALOG = Catalog((), (NATO, topic("wetter", id="weather")))


def article(number: int) -> ArticleRevision:
    title = f"Nato Wetter {number}" if number % 2 else f"Sport {number}"
    fields = {"title": title, "url": f"https://a.example/{number}", "fetched_at": NOW}
    return article_from_fields(fields)


def send(log: StreamLog, *numbers: int, hours_ago: int = 0) -> None:
    log.append([to_record(article(n), at=NOW - hours_ago * HOUR) for n in numbers])


def live(log: StreamLog) -> None:
    """Run the processors until they have read everything."""
    worker = ProcessorsWorker(lambda: CATALOG, ("de",), utc_now, Dispositions())
    with closing(log.consumer(GROUP, [ARTICLES], slot="live")) as member:
        worker.run(
            member,
            stop=lambda: False,
            idle=lambda: drained(log, GROUP, [ARTICLES], slot="live"),
            policy=ConsumePolicy(poll_seconds=0.05),
        )


def replayed(
    log: StreamLog, catalog: Catalog = CATALOG, batch: int = 5, **options: object
) -> ReplayCounts:
    processors = Processors.compile(catalog, ("de",))
    replay = Replay(log, processors, **{"since": None, **options})  # type: ignore[arg-type]
    replay.run(replay_range(log), clock=utc_now, stop=lambda: False, batch=batch)
    return replay.counts


def read(log: StreamLog, stream: str) -> list[Record]:
    return list(log.read(stream))


def ids(records: list[Record]) -> list[str]:
    return sorted(str(r.header("ce_id")) for r in records)


def origins(records: list[Record]) -> list[str]:
    return sorted(Match.model_validate_json(r.value or b"").article.origin for r in records)


def test_a_replay_publishes_every_record_again_with_the_same_id(log: StreamLog) -> None:
    send(log, *range(12))
    live(log)
    before = {s: read(log, s) for s in (ENRICHED, MATCHES, topic_stream("nato"))}
    counts = replayed(log)
    assert (counts.articles, counts.enriched, counts.matches, counts.copies) == (12, 12, 12, 6)
    assert counts.topics == {"nato": 6, "weather": 6}
    for stream, records in before.items():
        assert ids(read(log, stream)) == sorted(2 * ids(records))
    assert origins(read(log, MATCHES)) == ["live"] * 12 + ["replay"] * 12
    assert origins(read(log, topic_stream("nato"))) == ["live"] * 6 + ["replay"] * 6
    assert log.list_groups() == [GROUP]
    assert sum(x.records for x in log.lag(GROUP, [ARTICLES])) == 0


def test_a_changed_topic_gives_its_matches_other_ids_and_leaves_enriched_unchanged(
    log: StreamLog,
) -> None:
    send(log, *range(4))
    live(log)
    before = ids(read(log, MATCHES))
    changed = Catalog((), (topic("sport", id="nato", revision="r2", publish=True),))
    counts = replayed(log, changed)
    assert counts.topics == {"nato": 2}
    assert len(set(ids(read(log, MATCHES))) - set(before)) == 2
    assert len(set(ids(read(log, ENRICHED)))) == 4


def test_a_replay_of_one_topic_publishes_only_its_matches_and_copies(log: StreamLog) -> None:
    send(log, *range(4))
    live(log)
    counts = replayed(log, Catalog((), (NATO,)), enriched=False)
    assert (counts.enriched, counts.matches, counts.copies) == (0, 2, 2)
    assert len(read(log, ENRICHED)) == 4
    assert counts.topics == {"nato": 2}


def test_articles_that_the_running_processors_have_not_read_are_not_replayed(
    log: StreamLog,
) -> None:
    send(log, *range(8))
    assert replay_range(log).waiting == 8
    assert replayed(log).articles == 0
    assert read(log, MATCHES) == []
    live(log)
    send(log, 20, 21, 22)
    assert replay_range(log).waiting == 3
    assert replayed(log).articles == 8
    assert len(read(log, ENRICHED)) == 16


def test_a_replay_starts_at_a_time_and_can_be_previewed(log: StreamLog) -> None:
    send(log, 1, 2, 3, hours_ago=5)
    send(log, 4, 5, hours_ago=2)
    send(log, 6, hours_ago=4)  # came late: older than where the replay begins
    send(log, 7)
    live(log)
    since = NOW - 3 * HOUR
    preview = Replay(log, Processors.compile(CATALOG, ("de",)), since=since)
    preview.preview(replay_range(log), stop=lambda: False)
    assert len(read(log, ENRICHED)) == 7
    counts = replayed(log, since=since)
    assert preview.counts == counts
    assert (counts.articles, counts.unreadable, counts.reached) == (3, 0, NOW)
    assert len(read(log, ENRICHED)) == 10


def test_a_record_that_is_no_article_is_skipped(log: StreamLog) -> None:
    send(log, 1)
    log.append([NewRecord(ARTICLES, b"bad", b"{", (), NOW)])
    live(log)
    assert len(read(log, DEAD_LETTER)) == 1
    counts = replayed(log)
    assert (counts.articles, counts.unreadable, counts.dead_letters) == (1, 1, 0)
    assert len(read(log, DEAD_LETTER)) == 1


def test_a_replay_ends_although_articles_keep_coming(log: StreamLog) -> None:
    send(log, *range(30))
    live(log)
    numbers = iter(range(100, 10_000))
    counts = replayed(log, watch=lambda _: send(log, *(next(numbers) for _ in range(12))))
    assert counts.articles == 30
    assert len(read(log, ENRICHED)) == 60


def test_a_stopped_replay_deletes_its_group_and_keeps_its_counts(log: StreamLog) -> None:
    send(log, *range(30))
    live(log)
    replay = Replay(log, Processors.compile(CATALOG, ("de",)), since=None)
    replay.run(replay_range(log), clock=utc_now, stop=lambda: replay.counts.articles >= 10, batch=5)
    assert 10 <= replay.counts.articles < 30
    assert len(read(log, ENRICHED)) == 30 + replay.counts.articles
    assert log.list_groups() == [GROUP]


def test_a_replay_deletes_the_group_of_a_killed_replay_and_not_of_a_running_one(
    log: StreamLog,
) -> None:
    send(log, *range(6))
    live(log)
    left, living = f"{GROUPS}dead", f"{GROUPS}living"
    with closing(log.consumer(left, [ARTICLES], slot="replay")) as member:
        member.commit(member.poll(timeout=20))
    with closing(log.consumer(living, [ARTICLES], slot="replay")) as member:
        member.commit(member.poll(timeout=20))
        replayed(log)
        assert living in log.list_groups()
    assert left not in log.list_groups()
