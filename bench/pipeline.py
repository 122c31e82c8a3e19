"""Measure the CPU time per article of the whole pipeline, compared with bare extraction.

::

    python bench/pipeline.py [FOLDER] [--rules 1000] [--rounds 5]

FOLDER contains ``html-scrapinghub/html/*.html.gz``; the default is WIREWATCH_BENCH_DATA.

Baseline: ``trafilatura.bare_extraction(fast=True, include_comments=False)`` on the bytes of a page.
Pipeline: extraction with zones, article record, append to the embedded log, processors with
generated selective rules in a transaction of the log. Both get every page once per round, page by
page in turns. The ratio is that of the sums of a round; reported is the median over the rounds.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import trafilatura

from bench.matching import generated_catalog
from config.settings import Settings
from core.dispositions import Dispositions
from core.ids import article_id
from core.messages import ArticleRevision
from core.messages.envelope import to_record
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.port import NewRecord, StreamLog
from core.streams.topology import stream_specs
from ingest.extract import ExtractedPage
from ingest.extract.article import extract_page
from processors import GROUP, ProcessorsWorker
from processors.worker import STREAMS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RELAYED = 200
"""Records per append, as in :class:`core.relay.Relay`."""
PARTS = ("bare_extraction", "extract", "append", "processors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=os.environ.get("WIREWATCH_BENCH_DATA", ""))
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    pages = load(Path(options.folder))
    if not pages:
        print("No pages: name a folder with html-scrapinghub/html, or set WIREWATCH_BENCH_DATA.")
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(pages, Path(folder), options.rules, options.rounds)


def load(folder: Path) -> list[bytes]:
    return [
        gzip.decompress(p.read_bytes()) for p in sorted(folder.glob("html-scrapinghub/html/*.gz"))
    ]


def measure(pages: list[bytes], folder: Path, rules: int, rounds: int) -> None:
    settings = Settings(data_dir=folder)
    me = Instance.start(folder)
    log = open_streams(settings, instance=me, clock=lambda: datetime.now(UTC))
    log.create(stream_specs(settings))
    articles = [extracted(number, page) for number, page in enumerate(pages)]
    catalog = generated_catalog([(page.title, page.text) for page in articles], rules)
    worker = ProcessorsWorker(lambda: catalog, ("de", "en"), lambda: NOW, Dispositions())
    worker.processors.process(revision(0, 0, articles[0]))  # loads the language model
    consumer = log.consumer(GROUP, STREAMS, slot="bench")
    rounds_spent: list[dict[str, float]] = []
    for number in range(rounds):
        spent = one_round(pages, number, log)
        start = time.process_time()
        while batch := consumer.poll(limit=settings.processors_batch, timeout=0.5):
            worker.handle(consumer, batch)
        spent["processors"] = time.process_time() - start
        rounds_spent.append(spent)
    consumer.close()
    log.close()
    me.close()
    print(f"{len(pages)} pages, {rules} rules, {worker.matches // rounds} matches per round")
    report(rounds_spent, len(pages))


def one_round(pages: list[bytes], version: int, log: StreamLog) -> dict[str, float]:
    """Return CPU seconds of the baseline, and of what ingest does with the same pages."""
    spent: dict[str, float] = defaultdict(float)
    records: list[NewRecord] = []
    for number, page in enumerate(pages):
        marks = [time.process_time()]
        trafilatura.bare_extraction(page, fast=True, include_comments=False)
        marks.append(time.process_time())
        article = extracted(number, page)
        records.append(to_record(revision(number, version, article), at=NOW))
        marks.append(time.process_time())
        for name, before, after in zip(PARTS, marks, marks[1:], strict=False):
            spent[name] += after - before
    start = time.process_time()
    for first in range(0, len(records), RELAYED):
        log.append(records[first : first + RELAYED])
    spent["append"] = time.process_time() - start
    return spent


def extracted(number: int, page: bytes) -> ExtractedPage:
    return extract_page(page, url=f"https://example.org/{number}", now=NOW)


def report(rounds: Sequence[dict[str, float]], pages: int) -> None:
    baseline, *pipeline = PARTS
    for name in PARTS:
        milliseconds = statistics.median(spent[name] for spent in rounds) / pages * 1000
        print(f"  {name:16} {milliseconds:7.2f} ms per article")
    ratios = sorted(sum(spent[name] for name in pipeline) / spent[baseline] for spent in rounds)
    median = statistics.median(ratios)
    print(f"  pipeline / baseline {median:.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak resident memory {peak:.0f} MiB")


def revision(number: int, version: int, page: ExtractedPage) -> ArticleRevision:
    return ArticleRevision(
        article_id=article_id(f"https://example.org/{number}"),
        revision=version + 1,
        url=page.url,
        title=page.title,
        lead=page.lead,
        text=page.text,
        outlet="bench",
        feed_id="bench-00000000",
        language=page.language or "en",
        country="US",
        published_at=page.published_at,
        published_source=page.published_source,
        first_seen_at=NOW,
        fetched_at=NOW,
        authors=page.authors,
        agency=page.agency,
        access=page.access,
        zones=page.zones,
    )


if __name__ == "__main__":
    main()
