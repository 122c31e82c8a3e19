"""The worker on the embedded log: what goes out, what is set aside, how it reloads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.catalog.models import (
    AlertPolicy,
    Catalog,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)
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
from processors import GROUP, STAGE, ProcessorsWorker, article_from_fields

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACE = FilePosition("topics/t.yaml", 1, 1)


def topic(query: str, **changes: Any) -> TopicDefinition:
    rules = (RuleDefinition("r", 1, SourceText(query, PLACE)),)
    return replace(
        TopicDefinition(
            id="t",
            title="T",
            revision="r1",
            languages=(),
            threshold=1,
            state=TopicState.LIVE,
            terms={},
            rules=rules,
            entities=(),
            alert=AlertPolicy(),
            publish=False,
            tests=(),
            position=PLACE,
        ),
        **changes,
    )


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
    given = {"title": title, "url": f"https://a.example/{number}", "fetched_at": NOW}
    return article_from_fields(given)


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


def test_every_article_gives_enriched_and_each_match_a_record(log: EmbeddedLog) -> None:
    counted = Dispositions()
    catalog = Catalog((), (topic("nato"),))
    worker = ProcessorsWorker(lambda: catalog, ("de",), utc_now, counted)
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
    assert counted.of(STAGE) == {"matched": 1, "no_match": 1}
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


def test_the_same_article_again_gives_records_of_the_same_id(log: EmbeddedLog) -> None:
    catalog = Catalog((), (topic("nato"),))
    worker = ProcessorsWorker(lambda: catalog, ("de",), utc_now, Dispositions())
    for _ in range(2):
        send(log, article("Nato"))
        run(log, worker)
    for stream in (ENRICHED, MATCHES):
        assert len({r.header("ce_id") for r in values(log, stream)}) == 1


@pytest.mark.parametrize("value", [b"", b"{", b'{"article_id": "x"}', b"\xff", None])
def test_a_record_that_is_no_article_is_set_aside_and_the_others_go_on(
    log: EmbeddedLog, value: bytes | None
) -> None:
    counted = Dispositions()
    worker = ProcessorsWorker(lambda: Catalog((), (topic("nato"),)), ("de",), utc_now, counted)
    bad = NewRecord(ARTICLES, b"k", value, (("h", b"1"),), NOW)
    log.append([to_record(article("Nato", 1), at=NOW), bad, to_record(article("x", 2), at=NOW)])
    run(log, worker)
    (letter,) = values(log, DEAD_LETTER)
    assert (letter.value, letter.key) == (value, b"k")
    assert letter.header("dlq_error_class") == "PoisonError"
    assert counted.of(STAGE) == {"dead_letter": 1, "matched": 1, "no_match": 1}
    assert len(values(log, MATCHES)) == 1


def test_another_catalog_is_in_force_from_the_next_batch(log: EmbeddedLog) -> None:
    catalogs = [Catalog((), (topic("nato"),))]
    worker = ProcessorsWorker(lambda: catalogs[-1], ("de",), utc_now, Dispositions())
    before = worker.processors
    worker.refresh()
    assert worker.processors is before
    catalogs.append(Catalog((), (topic("wetter", revision="r2"),)))
    send(log, article("Nato", 1), article("Wetter", 2))
    run(log, worker)
    (match,) = (Match.model_validate_json(r.value or b"") for r in values(log, MATCHES))
    assert (match.article.title, match.topic_revision) == ("Wetter", "r2")


def test_a_catalog_that_cannot_be_compiled_leaves_the_last_good_one_in_force(
    log: EmbeddedLog,
) -> None:
    catalogs = [Catalog((), (topic("nato"),))]
    worker = ProcessorsWorker(lambda: catalogs[-1], ("de",), utc_now, Dispositions())
    catalogs.append(Catalog((), (topic("a b"),)))
    send(log, article("Nato"))
    run(log, worker)
    assert len(values(log, MATCHES)) == 1
