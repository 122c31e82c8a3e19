"""Throughput of the processors on extracted text: articles per second on one core.

    python bench/throughput.py [ARTICLES] [--rules 1000] [--articles 1000] [--rounds 5] [--parts]
                               [--engine none|embedded|kafka]

ARTICLES is as in bench/matching.py. Each article is decoded from the JSON of ``news.articles``,
goes through every step with generated selective rules and the entities of config/entities, and the
result is encoded as the records that the worker appends, as many articles together as the worker
takes. CPU time, of each group of articles the best round, and as a multiple of the floor of
bench/matching.py in the same rounds. ``--parts`` also prints the time of each part. ``--engine``
also runs the worker itself on the same articles: they are polled from a stream, and outputs and
position are committed in one transaction per batch, of each batch the best round. That CPU time is
the whole process's, including the stream client and its threads, but not a broker's.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ahocorasick_rs import BytesAhoCorasick

from bench._common import NOW, record_of
from bench.matching import Article, articles_of, generated_catalog
from bench.streams import streams_of
from config.catalog.load import load_partly
from config.catalog.models import Catalog
from config.logs import set_up_logs
from config.settings import Settings
from core.clock import utc_now
from core.dispositions import Dispositions
from core.garbage import examine_rarely, lasting_objects
from core.messages import ArticleRevision
from core.messages.envelope import from_record
from core.streams.port import NewRecord, Record, StreamLog
from core.text.tokens import tokenise
from processors.analysis import Analysis
from processors.pipeline import STEPS, Processors
from processors.worker import (
    BATCH_SIZE,
    GROUP,
    STREAMS,
    ProcessorsWorker,
    outputs,
    process_records,
    together,
)

LANGUAGES = ("de", "en", "fr", "ru", "uk")


def main() -> None:
    parser = argparse.ArgumentParser(description="Processor throughput on extracted text.")
    parser.add_argument("articles", nargs="?", default=os.environ.get("WIREWATCH_BENCH_DATA"))
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--articles", dest="limit", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("--engine", choices=["none", "embedded", "kafka"], default="none")
    options = parser.parse_args()
    if not options.articles:
        parser.error("name the articles, or set WIREWATCH_BENCH_DATA")
    articles = articles_of(Path(options.articles), options.limit)
    if options.engine != "none" and len(articles) <= BATCH_SIZE:
        parser.error(f"--engine measures from the second batch on: give over {BATCH_SIZE} articles")
    records = [record_of(number, article) for number, article in enumerate(articles)]
    catalog = catalog_of(articles, options.rules)
    examine_rarely()
    with lasting_objects():  # as the worker does
        processors = Processors.compile(catalog, LANGUAGES)
    process_records(processors, records[:50])  # loads the language model
    floor = floor_of(replace(catalog, entities=()))
    each, least = best_times(processors, records, floor, options.rounds)
    corpus = f"{len(records)} articles, {options.rules} rules"
    print(f"{corpus}: {each:.0f} us, {1e6 / each:.0f} articles/s, {each / least:.1f} x the floor")
    print(
        f"peak resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
    )
    if options.parts:
        print_parts(processors, records)
    if options.engine != "none":
        set_up_logs(Settings(_env_file=None, log_level="error"))
        run_worker(options.engine, catalog, records, options.rounds)


def catalog_of(articles: Sequence[Article], rules: int) -> Catalog:
    entities = load_partly(Path(__file__).parent.parent / "config", {})[0].entities
    return replace(generated_catalog(articles, rules), entities=entities)


def best_times(
    processors: Processors,
    records: Sequence[Record],
    floor: Callable[[Article], object],
    rounds: int,
) -> tuple[float, float]:
    """Return the CPU time per article and that of the floor, in microseconds.

    Each is the mean of the best rounds of the groups of articles that are processed together.
    """
    groups = list(together(records))
    texts = [list(map(_text_of, group)) for group in groups]
    best = [(math.inf, math.inf)] * len(groups)
    for _ in range(rounds):
        for at, group in enumerate(groups):
            marks = [time.process_time_ns()]
            process_records(processors, group)
            marks.append(time.process_time_ns())
            deque(map(floor, texts[at]), maxlen=0)
            marks.append(time.process_time_ns())
            best[at] = min(best[at][0], marks[1] - marks[0]), min(best[at][1], marks[2] - marks[1])
    each, least = (sum(times) / len(records) / 1000 for times in zip(*best, strict=True))
    return each, least


def _text_of(record: Record) -> Article:
    article = from_record(record, ArticleRevision)
    return article.title, f"{article.lead}\n{article.text}"


def floor_of(catalog: Catalog) -> Callable[[Article], object]:
    """Return one normalisation of an article and one search for the literals of the rules."""
    literals = Processors.compile(catalog, LANGUAGES).compiled.rules.literals.texts
    automaton = BytesAhoCorasick(literals)
    return lambda article: automaton.find_matches_as_indexes(
        tokenise("\n".join(article)).folded.encode("utf-8", "replace"), overlapping=True
    )


def run_worker(engine: str, catalog: Catalog, records: Sequence[Record], rounds: int) -> None:
    """Run the worker on a stream engine; print articles per second and CPU time per article."""
    worker = ProcessorsWorker(lambda: catalog, LANGUAGES, lambda: NOW, Dispositions())
    rates, costs = [], []
    with streams_of(engine) as open_log:
        for _ in range(rounds):
            with open_log() as log:
                rate, batches = drain(worker, log, records)
            rates.append(rate)
            costs.append(batches)
    best = statistics.mean(map(min, zip(*costs, strict=False)))
    middle = statistics.median(map(statistics.mean, costs))
    print(
        f"through {engine}: {statistics.median(rates):.0f} articles/s by the clock, "
        f"{best:.0f} us of CPU each, {1e6 / best:.0f} articles/s a core "
        f"(median of the rounds {middle:.0f} us, {1e6 / middle:.0f} articles/s)"
    )


def drain(
    worker: ProcessorsWorker, log: StreamLog, records: Sequence[Record]
) -> tuple[float, list[float]]:
    """Measure from the end of the first batch, which joins the group, to the end of the last.

    Return articles per second, and for each batch microseconds of CPU per article.
    """
    for first in range(0, len(records), BATCH_SIZE):
        log.append([_dated_now(record) for record in records[first : first + BATCH_SIZE]])
    with closing(log.consumer(GROUP, STREAMS, slot="bench")) as consumer:
        while not (batch := consumer.poll(limit=BATCH_SIZE)):
            pass
        worker.handle(consumer, batch)
        done = first = len(batch.records)
        costs = []
        wall, cpu = time.perf_counter(), time.process_time()
        while done < len(records):
            if batch := consumer.poll(limit=BATCH_SIZE):
                worker.handle(consumer, batch)
                done += len(batch.records)
                before, cpu = cpu, time.process_time()
                costs.append((cpu - before) / len(batch.records) * 1e6)
        wall = time.perf_counter() - wall
    return (done - first) / wall, costs


def _dated_now(record: Record) -> NewRecord:
    """Return the record with the present time; retention would delete one as old as NOW."""
    return NewRecord(record.stream, record.key, record.value, record.headers, utc_now())


def print_parts(processors: Processors, records: Sequence[Record]) -> None:
    spent = dict.fromkeys(["decode", *(step.__name__ for step in STEPS), "encode"], 0.0)
    for group in together(records):
        marks = [time.process_time()]
        analyses = [Analysis(from_record(record, ArticleRevision)) for record in group]
        marks.append(time.process_time())
        for step in STEPS:
            analyses = [step(processors.compiled, analysis) for analysis in analyses]
            marks.append(time.process_time())
        outcomes = processors.process_all(analysis.article for analysis in analyses)
        begun = time.process_time()
        for outcome, record in zip(outcomes, group, strict=True):
            deque(outputs(outcome, record, processors), maxlen=0)
        ended = time.process_time()
        for name, before, after in zip(spent, marks, marks[1:], strict=False):
            spent[name] += after - before
        spent["encode"] += ended - begun
    for name, seconds in spent.items():
        print(f"  {name:12} {seconds / len(records) * 1e6:6.0f} us")


if __name__ == "__main__":
    main()
