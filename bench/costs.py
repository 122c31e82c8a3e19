"""What one article costs in each stage of the real program: CPU, and bytes in store and streams.

::

    python -P bench/costs.py FOLDER [--articles 360] [--store sqlite|postgresql] [--untold]

FOLDER is as in bench/extract.py: its real pages are the pages of a newsroom on loopback, each once.
Every stage runs in a process of its own (``run --once --only STAGE``), first on some articles, then
on the others, then with nothing to do. The CPU time of the last run, which starts and compiles as
well, is subtracted. Counted are all processes that a stage starts.

Beside the four topics and the entities that come with the program there is one topic that matches
often, so that the cost of a match can be told from that of an article. Each match is sent to a
webhook by itself, as soon as it is decided; with ``--untold`` it goes to the console only, which
costs no delivery. On PostgreSQL the server's CPU time, the growth of the database and its
write-ahead log (without full pages) are measured too.

``bench/sizing.py`` works out from such figures what a number of articles needs.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from html import unescape
from pathlib import Path

import psycopg
import zstandard

from bench._common import BATCH, start_postgres
from bench._pages import SETS, read_set
from core.messages.envelope import STREAM_MESSAGES
from core.streams.port import Record
from tests.support import postgres
from tests.support.cli_installation import WIREWATCH, CliInstallation, new_installation
from tests.support.newsroom import Newsroom, Story, serve_newsroom, serve_webhook
from tests.support.soak import log_of
from wirewatch.contracts.generate import ROOT

STAGES = ("ingest", "processors", "alerts", "archive")
FIRST = 20
"""Articles of the first run, which also makes tables and compiles topics."""

FEEDS = 8
TOPIC = """\
id: often
title: Often
query: Polizei OR Regierung OR police OR government OR minister OR president OR company
alert: {severity: normal}
"""
SUBREAPER = 36
"""``PR_SET_CHILD_SUBREAPER``: processes whose parent ended become children of this one."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=os.environ.get("WIREWATCH_BENCH_DATA"))
    parser.add_argument("--articles", type=int, default=360)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--untold", action="store_true", help="without a webhook")
    options = parser.parse_args()
    if not options.folder:
        parser.error("name the folder of the pages, or set WIREWATCH_BENCH_DATA")
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    stories = [*stories_of(Path(options.folder), options.articles + FIRST)]
    with ExitStack() as stack:
        newsroom = stack.enter_context(serve_newsroom())
        webhook = stack.enter_context(serve_webhook())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        installation = new_installation(Path(folder))
        configure(installation, newsroom)
        if not options.untold:
            installation.route_to_webhook(f"{webhook.url}/hook")
        server = None
        if options.store == "postgresql":
            server = start_postgres(stack)
            url = stack.enter_context(postgres.database(server.url()))
            installation.environment["WIREWATCH_DATABASE_URL"] = url
        measure(installation, newsroom, stories, server)


def stories_of(folder: Path, count: int) -> Iterator[Story]:
    """Yield a story for each page of the sets, with the headline that its page names."""
    pages = [page for name in SETS for page in read_set(folder, name, count)]
    for number, page in enumerate(pages[:count]):
        text = page.body[:200_000].decode("utf-8", "replace")
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.DOTALL | re.IGNORECASE)
        headline = " ".join(unescape(title[1]).split()) if title else page.name
        yield Story(f"/{number}.html", headline, "", page=page.body)


def configure(installation: CliInstallation, newsroom: Newsroom) -> None:
    """Write the operator's files: the program's own, its feeds on loopback, one more topic."""
    for name in ("entities", "vocabulary", "topics"):
        shutil.copytree(ROOT / "config" / name, installation.config / name, dirs_exist_ok=True)
    installation.write("topics/often.yaml", TOPIC)
    for number in range(FEEDS):
        newsroom.publish(f"blatt{number}")
    installation.write_sources(
        **{f"blatt{number}": newsroom.feed_url(f"blatt{number}") for number in range(FEEDS)}
    )
    installation.environment["WIREWATCH_STREAMS_PARTITIONS"] = "12"
    installation.environment["WIREWATCH_HTTP_PRIVATE_HOST_PAUSE"] = "0"


def measure(
    installation: CliInstallation,
    newsroom: Newsroom,
    stories: list[Story],
    server: postgres.Server | None,
) -> None:
    def publish(some: list[Story]) -> None:
        for number, story in enumerate(some):
            newsroom.publish(f"blatt{number % FEEDS}", story)

    publish(stories[:FIRST])
    for stage in STAGES:
        run(installation, stage, server)
    before = Sizes.of(installation)
    rest = stories[FIRST:]
    publish(rest)
    busy = {stage: run(installation, stage, server) for stage in STAGES}
    grown = Sizes.of(installation).since(before)
    idle = {stage: run(installation, stage, server) for stage in STAGES}
    articles = grown.records["news.articles.v1"]
    matches = grown.records["news.matches.v1"]
    print(f"{len(rest)} pages, {articles} articles, {matches} matches")
    print("stage        CPU ms per article   server ms per article   idle run s")
    for stage in STAGES:
        own, other = (b - i for b, i in zip(busy[stage], idle[stage], strict=True))
        per = 1000 / articles
        print(f"{stage:12} {own * per:18.2f} {other * per:23.2f} {idle[stage][0]:12.1f}")
    per_match = 1000 * (busy["alerts"][0] - idle["alerts"][0]) / max(1, matches)
    print(f"alerts       {per_match:.1f} ms per match")
    grown.report(articles)


def run(
    installation: CliInstallation, stage: str, server: postgres.Server | None
) -> tuple[float, float]:
    """Run a stage until nothing is left; return CPU seconds of its processes and the server."""
    reap()
    before, served = children_seconds(), server_seconds(server)
    done = subprocess.run(
        [WIREWATCH, "run", "--once", "--only", stage],
        env=installation.env,
        cwd=installation.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{stage}: {done.stdout}{done.stderr}"[-3000:])
    time.sleep(1.0)  # what it started ends, and so do the server's sessions
    reap()
    return children_seconds() - before, server_seconds(server) - served


def reap() -> None:
    """Collect processes that outlived their parent, so that their CPU time counts."""
    while True:
        try:
            waited = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if waited is None:
            return
        os.waitpid(waited.si_pid, 0)


def children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def server_seconds(server: postgres.Server | None) -> float:
    """Return the CPU seconds of PostgreSQL's processes, those that have ended included."""
    if server is None:
        return 0.0
    main = server.pid
    others = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(main)], capture_output=True, text=True, check=True
    )
    ticks = sum(_ticks(main)) + sum(sum(_ticks(int(pid))[:2]) for pid in others.stdout.split())
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> list[int]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return [0]
    return [int(field) for field in fields[11:15]]


class Sizes:
    """What an installation stores.

    Attributes:
        records: How many records each stream has.
        plain: Their bytes: keys, values and headers.
        packed: The same in batches of 100 as zstd compresses them, as they are sent to Kafka.
        files: Bytes of store and archive, and of PostgreSQL's write-ahead log.
    """

    def __init__(self) -> None:
        self.records: Counter[str] = Counter()
        self.plain: Counter[str] = Counter()
        self.packed: Counter[str] = Counter()
        self.files: Counter[str] = Counter()

    @classmethod
    def of(cls, installation: CliInstallation) -> Sizes:
        sizes = cls()
        sizes._read_streams(installation)
        url = installation.environment.get("WIREWATCH_DATABASE_URL")
        if url:
            with closing(psycopg.connect(url, autocommit=True)) as connection:
                connection.execute("CHECKPOINT")
                query = "SELECT pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'"
                row = connection.execute(query).fetchone()
                assert row
                sizes.files |= {"store and archive": int(row[0]), "write-ahead log": int(row[1])}
            return sizes
        for name in ("store", "archive"):
            with closing(sqlite3.connect(installation.data / f"{name}.db")) as connection:
                pages, size, free = (
                    connection.execute(f"PRAGMA {pragma}").fetchone()[0]
                    for pragma in ("page_count", "page_size", "freelist_count")
                )
            sizes.files[name] = (pages - free) * size
        return sizes

    def _read_streams(self, installation: CliInstallation) -> None:
        compress = zstandard.ZstdCompressor().compress
        with log_of(installation) as log:
            for stream in STREAM_MESSAGES:
                rows = [_plain(record) for record in log.read(stream)]
                self.records[stream] = len(rows)
                self.plain[stream] = sum(map(len, rows))
                batches = (b"".join(rows[n : n + BATCH]) for n in range(0, len(rows), BATCH))
                self.packed[stream] = sum(len(compress(batch)) for batch in batches)

    def since(self, before: Sizes) -> Sizes:
        """Return what was added."""
        added = Sizes()
        for name in ("records", "plain", "packed", "files"):
            counter = Counter(getattr(self, name))
            counter.subtract(getattr(before, name))
            setattr(added, name, counter)
        return added

    def report(self, articles: int) -> None:
        print("stream                  records per article   bytes each   as zstd")
        for stream, count in self.records.items():
            if count:
                plain, packed = self.plain[stream] / count, self.packed[stream] / count
                print(f"{stream:24} {count / articles:18.2f} {plain:12.0f} {packed:9.0f}")
        for name, size in self.files.items():
            print(f"{name:24} {size / articles:18.0f} bytes per article")


def _plain(record: Record) -> bytes:
    """Return the bytes of a record that are sent to a broker, without lengths and offsets."""
    headers = b"".join(name.encode() + value for name, value in record.headers)
    return (record.key or b"") + headers + (record.value or b"")


if __name__ == "__main__":
    main()
