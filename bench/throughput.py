"""What the processors make of extracted text: articles a second on one core.

    python bench/throughput.py [ARTICLES] [--rules 1000] [--articles 1000] [--rounds 5] [--parts]
                               [--engine none|embedded|kafka]

ARTICLES is as in bench/matching.py. Each article is decoded from the JSON of ``news.articles``,
taken through every step with generated selective rules and the entities of config/entities, and
what comes out is encoded as the records the worker appends. CPU time, median of the rounds.
``--parts`` also tells what each part took. ``--engine`` takes the same articles through the worker
itself as well: polled from a stream, outputs and position committed in a transaction a batch; that
CPU time is the whole process's, the engine's client and its threads with it (a broker's is not).
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.matching import Article, articles_of, generated_catalog
from config.catalog.load import load_partly
from config.catalog.models import Catalog
from config.logs import set_up_logs
from config.settings import Settings
from core.clock import utc_now
from core.dispositions import Dispositions
from core.ids import article_id
from core.messages import ArticleRevision
from core.messages.envelope import from_record, to_record
from core.streams.port import NewRecord, Record, StreamLog
from processors.draft import Draft
from processors.pipeline import STEPS, ArticleOutcome, Processors
from processors.worker import GROUP, STREAMS, ProcessorsWorker, outputs

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 100
LANGUAGES = ("de", "en", "fr", "ru", "uk")


def main() -> None:
    parser = argparse.ArgumentParser(description="Processor throughput on extracted text.")
    parser.add_argument("articles", nargs="?", default=os.environ.get("WIREWATCH_BENCH_DATA"))
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--articles", dest="limit", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("--engine", choices=["none", "embedded", "kafka"], default="none")
    given = parser.parse_args()
    if not given.articles:
        parser.error("name the articles, or set WIREWATCH_BENCH_DATA")
    articles = articles_of(Path(given.articles), given.limit)
    records = [record_of(number, article) for number, article in enumerate(articles)]
    catalog = catalog_of(articles, given.rules)
    processors = Processors.compile(catalog, LANGUAGES)
    worked(processors, records[:50])  # loads the language model
    took = [timed(processors, records) for _ in range(given.rounds)]
    each = statistics.median(took)
    print(
        f"{len(records)} articles, {given.rules} rules: {each:.0f} us, {1e6 / each:.0f} articles/s"
    )
    print(
        f"peak resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
    )
    if given.parts:
        parts(processors, records)
    if given.engine != "none":
        set_up_logs(Settings(_env_file=None, log_level="error"))
        through(given.engine, catalog, records, given.rounds)


def catalog_of(articles: Sequence[Article], rules: int) -> Catalog:
    entities = load_partly(Path(__file__).parent.parent / "config", {})[0].entities
    return replace(generated_catalog(articles, rules), entities=entities)


def record_of(number: int, article: Article) -> Record:
    title, text = article
    lead, _, body = text.partition("\n")
    url = f"https://example.org/{number}"
    revision = ArticleRevision(
        article_id=article_id(url), revision=1, url=url, title=title, lead=lead, text=body.lstrip(),
        outlet="bench", feed_id="bench-00000000", language="de", country="DE",
        published_at=NOW, published_source="feed", first_seen_at=NOW, fetched_at=NOW,
    )  # fmt: skip
    made = to_record(revision, at=NOW)
    return Record(made.stream, 0, number, made.key, made.value, made.headers, made.time)


def worked(processors: Processors, records: Sequence[Record]) -> int:
    size = 0
    for record in records:
        outcome = processors.process(from_record(record, ArticleRevision))
        size += sum(len(out.value or b"") for out in outputs(outcome, record, processors))
    return size


def timed(processors: Processors, records: Sequence[Record]) -> float:
    start = time.process_time()
    worked(processors, records)
    return (time.process_time() - start) / len(records) * 1e6


def through(engine: str, catalog: Catalog, records: Sequence[Record], rounds: int) -> None:
    """The worker on a stream engine: articles a second by the clock, and CPU time of each."""
    from bench.streams import streams_of  # which makes its records with ours

    worker = ProcessorsWorker(lambda: catalog, LANGUAGES, lambda: NOW, Dispositions())
    rates, costs = [], []
    with streams_of(engine) as opened:
        for _ in range(rounds):
            with opened() as log:
                rate, cost = drained(worker, log, records)
            rates.append(rate)
            costs.append(cost)
    print(
        f"through {engine}: {statistics.median(rates):.0f} articles/s by the clock, "
        f"{statistics.median(costs):.0f} us of CPU each, "
        f"{1e6 / statistics.median(costs):.0f} articles/s a core"
    )


def drained(
    worker: ProcessorsWorker, log: StreamLog, records: Sequence[Record]
) -> tuple[float, float]:
    """From the end of the first batch, which joins the group, to the end of the last."""
    for first in range(0, len(records), BATCH):
        log.append([_again(record) for record in records[first : first + BATCH]])
    with closing(log.consumer(GROUP, STREAMS, slot="bench")) as consumer:
        while not (batch := consumer.poll(limit=BATCH)):
            pass
        worker.handle(consumer, batch)
        done = first = len(batch.records)
        wall, cpu = time.perf_counter(), time.process_time()
        while done < len(records):
            if batch := consumer.poll(limit=BATCH):
                worker.handle(consumer, batch)
                done += len(batch.records)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return (done - first) / wall, cpu / (done - first) * 1e6


def _again(record: Record) -> NewRecord:
    """As of now: retention would take what is as old as NOW."""
    return NewRecord(record.stream, record.key, record.value, record.headers, utc_now())


def parts(processors: Processors, records: Sequence[Record]) -> None:
    spent = dict.fromkeys(["decode", *(step.__name__ for step in STEPS), "encode"], 0.0)
    for record in records:
        marks = [time.process_time()]
        draft = Draft(from_record(record, ArticleRevision))
        marks.append(time.process_time())
        for step in STEPS:
            draft = step(processors.known, draft)
            marks.append(time.process_time())
        outcome = ArticleOutcome(processors.process(draft.article).enriched, draft.matches)
        marks[-1:] = [marks[-1]]
        begun = time.process_time()
        list(outputs(outcome, record, processors))
        ended = time.process_time()
        for name, before, after in zip(spent, marks, marks[1:], strict=False):
            spent[name] += after - before
        spent["encode"] += ended - begun
    for name, seconds in spent.items():
        print(f"  {name:12} {seconds / len(records) * 1e6:6.0f} us")


if __name__ == "__main__":
    main()
