"""Parse hostile documents, each in a process of its own, and measure what that costs.

::

    python -m tests.support.hostile.runs CPU_SECONDS NAME ...

Prints one line of JSON for each shape. The process loads the parsers once and forks for every
shape, so that what is measured is the document alone and a killed process ends nothing else.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from config.errors import ExtractionError, FetchError
from ingest.extract.article import extract_page
from ingest.extract.models import ExtractedPage
from ingest.sources import ParsedFeed
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed, parse_sitemap
from tests.support.hostile.shapes import SHAPES

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
URL = "https://a.example/document"
LIMIT = 1_000
"""Entries that one answer may bring, as by default."""

MEMORY = 2 << 30
"""Address space of a process that parses, in bytes, so that a mistake does not stop the machine."""


class Run(NamedTuple):
    """What it cost to parse a document.

    Attributes:
        size: Of the document, in bytes.
        cpu: In seconds; None if the process was killed.
        peak: Highest resident memory of the process, in MiB.
        result: What came out.
    """

    name: str
    size: int
    cpu: float | None
    peak: int
    result: str


def run_shapes(names: Sequence[str], cpu_seconds: int) -> Iterator[Run]:
    """Yield what it costs to parse each shape.

    Args:
        names: Of ``tests.support.hostile.shapes.SHAPES``.
        cpu_seconds: A process that takes longer is killed.
    """
    load_parsers()
    with tempfile.TemporaryDirectory() as folder:
        document, answer = Path(folder) / "document", Path(folder) / "answer"
        for name in names:
            _fork(lambda: document.write_bytes(SHAPES[name].make()))  # noqa: B023
            size = document.stat().st_size
            answer.unlink(missing_ok=True)
            status = _fork(lambda: _measure(name, document, answer, cpu_seconds))  # noqa: B023
            if answer.exists():
                yield Run(name, size, *json.loads(answer.read_text()))
            else:
                yield Run(name, size, None, 0, f"killed by signal {status & 127}")


def load_parsers() -> None:
    """Load what feeds and pages need, as a worker does before its first document."""
    sentence = b"<p>Ein Absatz, an dem alles geladen wird, was ein Artikel braucht.</p>"
    extract_page(b"<html><body><article>" + sentence * 5, url=URL, now=NOW)
    parse_feed(
        b"<rss><channel><item><title>x</title><pubDate>9.3.2025</pubDate></item></channel></rss>",
        ParseContext(url=URL, content_type=None, now=NOW, known={}, limit=LIMIT),
    )  # fmt: skip


def parse(kind: str, body: bytes) -> str:
    """Return what became of a document."""
    try:
        if kind == "page":
            page = extract_page(body, url=URL, now=NOW)
            return f"text of {len(page.text)} characters{_oversized_page(page)}"
        read = parse_sitemap if kind == "sitemap" else parse_feed
        feed = read(body, ParseContext(url=URL, content_type=None, now=NOW, known={}, limit=LIMIT))
    except (FetchError, ExtractionError) as error:
        return f"refused: {error.outcome}"
    return f"{len(feed.entries)} entries{', cut' if feed.cut_reason else ''}{_oversized(feed)}"


def _oversized(feed: ParsedFeed) -> str:
    """Return a complaint if an entry is larger than the store is meant to take."""
    largest = max(
        (
            len(e.title) + len(e.url or "") + len(e.key) + sum(map(len, e.authors))
            + (len(e.summary) + len(e.content)) / 100
            for e in feed.entries
        ),
        default=0,
    )  # fmt: skip
    return "" if largest < 15_000 else ", TOO LARGE"


def _oversized_page(page: ExtractedPage) -> str:
    around = len(page.title) + len(page.lead) + len(page.canonical_url or "")
    zones = sum(len(zone.text) for zone in page.zones)
    fits = around + sum(map(len, page.authors)) < 10_000 and zones + len(page.text) <= 400_000
    return "" if fits else ", TOO LARGE"


def _measure(name: str, document: Path, answer: Path, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    body = document.read_bytes()
    began = time.process_time()
    result = parse(SHAPES[name].kind, body)
    cpu = time.process_time() - began
    answer.write_text(json.dumps([round(cpu, 2), _peak(), result]))


def _peak() -> int:
    """Return the highest resident memory of this process in MiB (``ru_maxrss`` is inherited)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _fork(work: Callable[[], object]) -> int:
    """Do something in a child process, wait for its end and return the wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1]


if __name__ == "__main__":
    for run in run_shapes(sys.argv[2:], int(sys.argv[1])):
        sys.stdout.write(json.dumps(run._asdict()) + "\n")
