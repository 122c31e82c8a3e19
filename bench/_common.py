"""What benchmarks share: records, their batches, settings of Kafka clients, PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime

from bench.matching import Article
from core.ids import article_id
from core.messages import ArticleRevision
from core.messages.envelope import to_record
from core.streams.port import Record
from tests.support import postgres

INPUT, OUTPUT = "news.articles.v1", "news.enriched.v1"
"""Streams that every contender reads and writes."""

PARTITIONS = 12
BATCH = 100
"""Records in one append, one poll and one transaction."""

LINGER_MS, BATCH_BYTES, BACKOFF_MS = 20, 131_072, 20
"""Producer settings, the same for every Kafka client."""

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""Publication time of every article."""

Values = Sequence[tuple[bytes, bytes]]
"""Key and value of each record."""


def record_of(number: int, article: Article) -> Record:
    """Return an article as a record of ``news.articles``; its first line is the lead."""
    title, text = article
    lead, _, body = text.partition("\n")
    url = f"https://example.org/{number}"
    revision = ArticleRevision(
        article_id=article_id(url), revision=1, url=url, title=title, lead=lead, text=body.lstrip(),
        outlet="bench", feed_id="bench-00000000", language="de", country="DE",
        published_at=NOW, published_source="feed", first_seen_at=NOW, fetched_at=NOW,
    )  # fmt: skip
    new = to_record(revision, at=NOW)
    return Record(new.stream, 0, number, new.key, new.value, new.headers, new.time)


def batches(values: Values) -> Iterable[Values]:
    """Split values into batches of :data:`BATCH`."""
    return (values[first : first + BATCH] for first in range(0, len(values), BATCH))


def start_postgres(stack: ExitStack) -> postgres.Server:
    """Start a PostgreSQL server , stopped with the stack; end the program if there is none."""
    home = postgres.binaries()
    if home is None:
        raise SystemExit(postgres.NOT_THERE)
    return stack.enter_context(closing(postgres.Server(home)))
