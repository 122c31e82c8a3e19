"""The worker on the embedded log: its outputs, dead letters and reloads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.catalog.models import Catalog
from core.clock import utc_now
from core.dispositions import Dispositions
from core.messages import ArticleRevision, Enriched, Match
from core.messages.envelope import (
    ARTICLES,
    DEAD_LETTER,
    ENRICHED,
    MATCHES,
    to_record,
    topic_stream,
)
from core.streams.consume_loop import ConsumePolicy
from core.streams.embedded import EmbeddedLog
from core.streams.port import NewRecord, Record, StreamSpec
from processors import GROUP, STAGE, Processors, ProcessorsWorker, article_from_fields
from processors.worker import BATCH_SIZE, MOST_BYTES_TOGETHER, MOST_TOGETHER, together
from tests.processors.definitions import topic

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    log = EmbeddedLog(
        tmp_path / "streams.db",
        clock=utc_now,
        instance="me",
        is_alive=lambda name: name == "me",
        durability="normal",
    )
    names = (ARTICLES, ENRICHED, MATCHES, DEAD_LETTER, topic_stream("t"))
    log.create([StreamSpec(name, 3, timedelta(days=30)) for name in names])
    yield log
    log.close()


def article(title: str, number: int = 1) -> ArticleRevision:
    fields = {"title": title, "url": f"https://a.example/{number}", "fetched_at": NOW}
    return article_from_fields(fields)


def send(log: EmbeddedLog, *articles: ArticleRevision) -> None:
    log.append([to_record(a, at=NOW) for a in articles])


def run(log: EmbeddedLog, worker: ProcessorsWorker) -> None:
    consumer = log.consumer(GROUP, [ARTICLES], slot="a")
    try:
        worker.run(
            consumer,
            stop=lambda: False,
            idle=lambda: True,
            pause=lambda _: None,
            policy=ConsumePolicy(poll_seconds=0.02),
        )
    finally:
        consumer.close()


def values(log: EmbeddedLog, stream: str) -> list[Record]:
    return list(log.read(stream))


def test_an_article_gives_an_enriched_record_and_a_record_for_each_match(log: EmbeddedLog) -> None:
    dispositions = Dispositions()
    catalog = Catalog((), (topic("nato"),))
    worker = ProcessorsWorker(lambda: catalog, ("de",), utc_now, dispositions)
    send(log, article("Nato", 1), article("Wetter", 2))
    run(log, worker)
    enriched = [Enriched.model_validate_json(r.value or b"") for r in values(log, ENRICHED)]
    assert {e.article_id for e in enriched} == {
        article("", 1).article_id,
        article("", 2).article_id,
    }
    (record,) = values(log, MATCHES)
    match = Match.model_validate_json(record.value or b"")
    assert match.article.title == "Nato"
    assert record.key == b"t"
    assert record.time == NOW
    assert dispositions.of(STAGE) == {"matched": 1, "no_match": 1}
    assert worker.matches == 1
    assert values(log, topic_stream("t")) == []


def test_a_published_topic_has_a_copy_keyed_by_article(log: EmbeddedLog) -> None:
    catalog = Catalog((), (topic("nato", publish=True),))
    worker = ProcessorsWorker(lambda: catalog, ("de",), utc_now, Dispositions())
    send(log, article("Nato"))
    run(log, worker)
    (copy,) = values(log, topic_stream("t"))
    (match,) = values(log, MATCHES)
    assert copy.value == match.value
    assert copy.key == article("").article_id.encode()
    assert copy.header("ce_id") != match.header("ce_id")


def test_an_article_processed_twice_gives_records_with_the_same_ids(log: EmbeddedLog) -> None:
    catalog = Catalog((), (topic("nato"),))
    worker = ProcessorsWorker(lambda: catalog, ("de",), utc_now, Dispositions())
    for _ in range(2):
        send(log, article("Nato"))
        run(log, worker)
    for stream in (ENRICHED, MATCHES):
        assert len({r.header("ce_id") for r in values(log, stream)}) == 1


@pytest.mark.parametrize("value", [b"", b"{", b'{"article_id": "x"}', b"\xff", None])
def test_a_record_that_is_no_article_becomes_a_dead_letter_and_the_others_are_processed(
    log: EmbeddedLog, value: bytes | None
) -> None:
    dispositions = Dispositions()
    catalog = Catalog((), (topic("nato"),))
    worker = ProcessorsWorker(lambda: catalog, ("de",), utc_now, dispositions)
    bad = NewRecord(ARTICLES, b"k", value, (("h", b"1"),), NOW)
    log.append([to_record(article("Nato", 1), at=NOW), bad, to_record(article("x", 2), at=NOW)])
    run(log, worker)
    (letter,) = values(log, DEAD_LETTER)
    assert (letter.value, letter.key) == (value, b"k")
    assert letter.header("dlq_error_class") == "PoisonError"
    assert dispositions.of(STAGE) == {"dead_letter": 1, "matched": 1, "no_match": 1}
    assert len(values(log, MATCHES)) == 1


def test_a_changed_catalog_is_used_from_the_next_batch(log: EmbeddedLog) -> None:
    catalogs = [Catalog((), (topic("nato"),))]
    worker = ProcessorsWorker(lambda: catalogs[-1], ("de",), utc_now, Dispositions())
    before = worker.processors
    worker.refresh()
    assert worker.processors is before
    catalogs.append(Catalog((), (topic("wetter", revision="r2"),)))
    send(log, article("Nato", 1), article("Wetter", 2))
    run(log, worker)
    (match,) = (Match.model_validate_json(r.value or b"") for r in values(log, MATCHES))
    [topic_in_use] = worker.processors.compiled.topics
    assert (match.article.title, match.topic_revision) == ("Wetter", topic_in_use.revision)


def test_a_worker_whose_topics_are_compiled_elsewhere_uses_the_old_ones_until_they_are(
    log: EmbeddedLog,
) -> None:
    catalogs = [Catalog((), (topic("nato"),))]
    worker = ProcessorsWorker(
        lambda: catalogs[-1], ("de",), utc_now, Dispositions(), compiles_itself=False
    )
    catalogs.append(Catalog((), (topic("wetter"),)))
    send(log, article("Nato Wetter", 1))
    run(log, worker)
    worker.refresh()
    send(log, article("Nato Wetter", 2))
    run(log, worker)
    matches = [Match.model_validate_json(r.value or b"") for r in values(log, MATCHES)]
    surfaces = {m.article.url[-1]: m.evidence[0].surface for m in matches}
    assert surfaces == {"1": "Nato", "2": "Wetter"}


def test_a_catalog_that_changes_within_a_batch_is_used_as_a_whole_after_it(
    log: EmbeddedLog,
) -> None:
    """Every match names the set of definitions that it comes from: all or none of a set match."""
    pairs = [(topic(word, id="a"), topic(word, id="b")) for word in ("nato", "wetter")]
    catalogs = [Catalog((), pairs[0])]
    worker = ProcessorsWorker(lambda: catalogs[-1], ("de",), utc_now, Dispositions())
    turns = 0

    def change_after_some(_: float) -> None:
        nonlocal turns
        turns += 1
        if turns == 4:
            catalogs.append(Catalog((), pairs[1]))
            worker.refresh()

    send(log, *(article("Nato Wetter", number) for number in range(6)))
    consumer = log.consumer(GROUP, [ARTICLES], slot="a")
    used: list[set[str]] = []
    for _ in range(2):
        batch = consumer.poll(limit=10, timeout=1.0)
        before = {record.header("ce_id") for record in values(log, MATCHES)}
        worker.handle(consumer, batch, change_after_some)
        records = [r for r in values(log, MATCHES) if r.header("ce_id") not in before]
        matches = [Match.model_validate_json(record.value or b"") for record in records]
        used.append({match.evidence[0].surface for match in matches})
        assert len(matches) == 2 * len(batch.records)
        send(log, *(article("Nato Wetter", number) for number in range(10, 16)))
    consumer.close()
    assert used == [{"Nato"}, {"Wetter"}]


def test_after_a_catalog_that_cannot_be_compiled_the_last_good_one_is_used(
    log: EmbeddedLog,
) -> None:
    catalogs = [Catalog((), (topic("nato"),))]
    worker = ProcessorsWorker(lambda: catalogs[-1], ("de",), utc_now, Dispositions())
    catalogs.append(Catalog((), (topic("a b"),)))
    send(log, article("Nato"))
    run(log, worker)
    assert len(values(log, MATCHES)) == 1


def test_records_are_processed_together_in_order_but_never_more_than_fit() -> None:
    sizes = [1] * (MOST_TOGETHER + 2) + [MOST_BYTES_TOGETHER, MOST_BYTES_TOGETHER + 1, 1]
    records = [
        Record(ARTICLES, 0, number, None, b"x" * size, (), NOW) for number, size in enumerate(sizes)
    ]
    groups = list(together(records))
    assert [record for group in groups for record in group] == records
    assert list(map(len, groups)) == [MOST_TOGETHER, 2, 1, 1, 1]
    assert list(together([])) == []


def test_articles_that_are_processed_together_have_the_outcomes_that_each_has_alone() -> None:
    processors = Processors.compile(Catalog((), (topic("nato"), topic("wetter", id="w"))), ("de",))
    titles = ("Nato tagt", "", "Wetter", "Nato Wetter", "Nichts davon")
    articles = [article(title, number) for number, title in enumerate(titles)]
    outcomes = processors.process_all(articles)
    assert outcomes == list(map(processors.process, articles))
    assert [len(outcome.matches) for outcome in outcomes] == [1, 0, 1, 2, 0]


def test_a_batch_is_one_transaction_unless_the_loop_is_told_otherwise(log: EmbeddedLog) -> None:
    send(log, *(article("Nothing", number) for number in range(BATCH_SIZE)))
    catalog = Catalog((), ())
    worker = ProcessorsWorker(lambda: catalog, ("de",), utc_now, Dispositions())
    consumer = log.consumer(GROUP, [ARTICLES], slot="a")
    result = worker.run(consumer, stop=lambda: False, idle=lambda: True)
    consumer.close()
    assert (result.batches, result.records) == (1, BATCH_SIZE)
