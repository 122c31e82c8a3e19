"""The whole pipeline beside bare extraction, CPU per article, in one run.

::

    python bench/pipeline.py [FOLDER] [--rules N]      FOLDER holds html-scrapinghub/html/*.html.gz

Baseline: ``trafilatura.bare_extraction(fast=True, include_comments=False)`` on the page's text.
Pipeline: extraction with zones, article record, append to the embedded log, processors with
``N`` generated rules in a transaction, decoding of what comes out. Both see every page once per
round, in turns; medians over rounds of the ratio of the sums.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import trafilatura
from matching import generated_catalog

from config.settings import Settings
from core.dispositions import Dispositions
from core.ids import article_id
from core.instance import Instance
from core.messages import ArticleRevision
from core.messages.envelope import to_record
from core.streams import open_streams
from core.streams.specs import stream_specs
from ingest.extract import ExtractedPage, extract_page
from processors import GROUP, Worker
from processors.worker import STREAMS

NOW = datetime(2026, 1, 1, tzinfo=UTC)


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
    return [gzip.decompress(p.read_bytes()) for p in sorted(folder.glob("html-scrapinghub/html/*.gz"))]


def measure(pages: list[bytes], folder: Path, rules: int, rounds: int) -> None:
    settings = Settings(data_dir=folder)
    me = Instance.start(folder)
    log = open_streams(settings, instance=me, clock=lambda: datetime.now(UTC))
    log.create(stream_specs(settings))
    texts = [extract_page(p, url=f"https://example.org/{n}", now=NOW).text for n, p in enumerate(pages)]
    catalog = generated_catalog(texts, rules)
    worker = Worker(lambda: catalog, ("de", "en"), lambda: NOW, Dispositions())
    consumer = log.consumer(GROUP, STREAMS, slot="bench")
    ratios, ours, theirs = [], 0.0, 0.0
    for number in range(rounds):
        base = pipe = 0.0
        for n, page in enumerate(pages):
            started = time.process_time()
            trafilatura.bare_extraction(page, fast=True, include_comments=False)
            middle = time.process_time()
            article = revision(n, number, extract_page(page, url=f"https://example.org/{n}", now=NOW))
            log.append([to_record(article, at=NOW)])
            base += middle - started
            pipe += time.process_time() - middle
        started = time.process_time()
        while batch := consumer.poll(limit=settings.processors_batch, timeout=0.5):
            worker.handle(consumer, batch)
        pipe += time.process_time() - started
        ratios.append(pipe / base)
        ours, theirs = ours + pipe, theirs + base
    consumer.close()
    log.close()
    me.close()
    count = len(pages) * rounds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"pages {len(pages)}, rules {rules}, rounds {rounds}, matches {worker.matches // rounds} a round")
    print(f"baseline  bare_extraction(fast, no comments)  {theirs / count * 1000:7.2f} ms an article")
    print(f"pipeline  page to matches on the log          {ours / count * 1000:7.2f} ms an article")
    print(f"ratio     median {statistics.median(ratios):.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")
    print(f"peak resident memory {peak:.0f} MiB")


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
