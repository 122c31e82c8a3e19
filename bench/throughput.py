"""What the processors make of extracted text: articles a second on one core.

    python bench/throughput.py [ARTICLES] [--rules 1000] [--articles 1000] [--rounds 5] [--parts]

ARTICLES is as in bench/matching.py. Each article is decoded from the JSON of ``news.articles``,
taken through every step with generated selective rules and the entities of config/entities, and
what comes out is encoded as the records the worker appends. CPU time, median of the rounds.
``--parts`` also tells what each part took.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.matching import Article, articles_of, generated_catalog
from config.catalog.load import load_partly
from core.ids import article_id
from core.messages import ArticleRevision
from core.messages.envelope import to_record
from core.streams.port import Record
from processors.pipeline import STEPS, Outcome, Processors
from processors.steps.draft import Draft
from processors.worker import decoded, outputs

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description="Processor throughput on extracted text.")
    parser.add_argument("articles", nargs="?", default=os.environ.get("WIREWATCH_BENCH_DATA"))
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--articles", dest="limit", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", action="store_true")
    given = parser.parse_args()
    if not given.articles:
        parser.error("name the articles, or set WIREWATCH_BENCH_DATA")
    articles = articles_of(Path(given.articles), given.limit)
    records = [record_of(number, article) for number, article in enumerate(articles)]
    processors = processors_of(articles, given.rules)
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


def processors_of(articles: Sequence[Article], rules: int) -> Processors:
    entities = load_partly(Path(__file__).parent.parent / "config", {})[0].entities
    catalog = replace(generated_catalog(articles, rules), entities=entities)
    return Processors.compile(catalog, ("de", "en", "fr", "ru", "uk"))


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
        outcome = processors.process(decoded(record))
        size += sum(len(out.value or b"") for out in outputs(outcome, record, processors))
    return size


def timed(processors: Processors, records: Sequence[Record]) -> float:
    start = time.process_time()
    worked(processors, records)
    return (time.process_time() - start) / len(records) * 1e6


def parts(processors: Processors, records: Sequence[Record]) -> None:
    spent = dict.fromkeys(["decode", *(step.__name__ for step in STEPS), "encode"], 0.0)
    for record in records:
        marks = [time.process_time()]
        draft = Draft(decoded(record))
        marks.append(time.process_time())
        for step in STEPS:
            draft = step(processors.known, draft)
            marks.append(time.process_time())
        outcome = Outcome(processors.process(draft.article).enriched, draft.matches)
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
