"""What a record costs: the embedded log beside Apache Kafka through our engine and through others.

::

    python bench/streams.py [ARTICLES] [--records 10000] [--rounds 3] [--codecs none,lz4,zstd]

ARTICLES is as in bench/matching.py; without it the texts are made up. Records are those of
``news.articles`` with 3,000 characters of text, a hundred at a time, and everybody promises the
same: a batch is durable before the next is sent (Kafka: acks=all, idempotent), a position is
committed for each batch read, and consume-process-produce (every record is copied) commits outputs
and position in one transaction a batch, read and written ``read_committed``.

A broker is started for the run (scripts/kafka), on the same machine: it takes its share of the
cores, so a rate here says what one machine does with both. CPU is the client's alone. Contenders
take turns within a round, each in streams of its own; the figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from bench.matching import Article, articles_of
from bench.throughput import record_of
from config.logs import set_up_logs
from config.settings import Settings
from core.clock import utc_now
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.port import NewRecord, StreamLog
from core.streams.topology import stream_specs
from scripts.kafka.broker import Broker
from scripts.kafka.fetch import BrokerError, fetched

COME, GO = "news.articles.v1", "news.enriched.v1"
BATCH = 100
LENGTH = 3000
PARTITIONS = 12
LINGER_MS, BATCH_BYTES, BACKOFF_MS = 20, 131_072, 20
DEEDS = ("produce", "consume", "copy")

Values = Sequence[tuple[bytes, bytes]]
"""Key and value of each record."""


class Contender(Protocol):
    """One client on one engine, on streams of its own. A deed yields the size of each batch."""

    def produce(self, values: Values) -> Iterator[int]: ...
    def consume(self, count: int) -> Iterator[int]: ...
    def copy(self, count: int) -> Iterator[int]: ...


Opener = Callable[[str], AbstractContextManager[Contender]]
"""Opens a contender under a prefix of its own."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", nargs="?", default=os.environ.get("WIREWATCH_BENCH_DATA"))
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--codecs", default="none,lz4,zstd")
    given = parser.parse_args()
    set_up_logs(Settings(_env_file=None, log_level="error"))
    values = values_of(given.articles, given.records)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        contenders = embedded(folder)
        if address := stack.enter_context(broker_address()):
            contenders |= on_kafka(address, given.codecs.split(","), folder)
        report(measured(contenders, values, given.rounds), values)


def values_of(articles: str | None, count: int) -> Values:
    """Records of ``news.articles``, taken round and round where there are fewer articles."""
    texts = articles_of(Path(articles), count) if articles else list(made_up(min(count, 2000)))
    records = [record_of(n, _cut(texts[n % len(texts)])) for n in range(count)]
    return [(r.key or b"", r.value or b"") for r in records]


def _cut(article: Article) -> Article:
    title, text = article
    return title, (text * (LENGTH // max(1, len(text)) + 1))[:LENGTH]


def made_up(count: int) -> Iterator[Article]:
    """Texts whose words are as unevenly frequent as a language's."""
    dice = random.Random(1)
    words = ["".join(dice.choices("etaoinshrdlucmfw", k=dice.randint(2, 11))) for _ in range(9000)]
    weights = [1 / (rank + 2) for rank in range(len(words))]
    for number in range(count):
        yield f"Number {number}", " ".join(dice.choices(words, weights, k=LENGTH // 5))


# ── measuring ────────────────────────────────────────────────────────────────────────────────

Figures = dict[str, dict[str, list[tuple[float, float]]]]
"""Per contender and deed: records a second and CPU microseconds a record, for each round."""


def measured(contenders: dict[str, Opener], values: Values, rounds: int) -> Figures:
    found: Figures = defaultdict(lambda: defaultdict(list))
    for _ in range(rounds):
        for name, opener in contenders.items():
            with opener(_prefix()) as contender:
                found[name]["produce"].append(timed(contender.produce(values), len(values)))
                found[name]["consume"].append(timed(contender.consume(len(values)), len(values)))
                found[name]["copy"].append(timed(contender.copy(len(values)), len(values)))
    return found


def timed(deed: Iterator[int], count: int) -> tuple[float, float]:
    """From the end of the first batch, which connects and joins, to the end of the last."""
    done = first = next(deed)
    wall, cpu = time.perf_counter(), time.process_time()
    while done < count:
        done += next(deed)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    assert next(deed, None) is None  # closes what it opened
    return (count - first) / wall, cpu / (count - first) * 1e6


def report(found: Figures, values: Values) -> None:
    size = statistics.mean(len(value) for _, value in values)
    print(
        f"{len(values)} records of {size:.0f} bytes, {BATCH} a batch; records/s and CPU us each\n"
    )
    print(f"| {'Engine, client, codec':34} | Produce |  us | Consume |  us |  Copy |  us |")
    print(f"|{'-' * 36}|{'-' * 8}:|{'-' * 4}:|{'-' * 8}:|{'-' * 4}:|{'-' * 6}:|{'-' * 4}:|")
    for name, deeds in found.items():
        cells = []
        for deed, width in zip(DEEDS, (7, 7, 5), strict=True):
            rates, costs = zip(*deeds[deed], strict=True)
            cells.append(f"{statistics.median(rates):{width},.0f}")
            cells.append(f"{statistics.median(costs):3.0f}")
        print(f"| {name:34} | {' | '.join(cells)} |")


def batches(values: Values) -> Iterable[Values]:
    return (values[first : first + BATCH] for first in range(0, len(values), BATCH))


# ── ours ─────────────────────────────────────────────────────────────────────────────────────


class Ours:
    """A stream log of this program, whichever engine it is on."""

    def __init__(self, log: StreamLog) -> None:
        self._log = log

    def produce(self, values: Values) -> Iterator[int]:
        for batch in batches(values):
            self._log.append([NewRecord(COME, k, v, (), utc_now()) for k, v in batch])
            yield len(batch)

    def consume(self, count: int) -> Iterator[int]:
        with closing(self._log.consumer("read", [COME], slot="bench-read")) as consumer:
            while count > 0:
                batch = consumer.poll(limit=BATCH)
                if batch:
                    consumer.commit(batch)
                    count -= len(batch.records)
                    yield len(batch.records)

    def copy(self, count: int) -> Iterator[int]:
        with closing(self._log.consumer("copy", [COME], slot="bench-copy")) as consumer:
            while count > 0:
                batch = consumer.poll(limit=BATCH)
                if not batch:
                    continue
                with consumer.transaction(batch) as out:
                    out.append(*(NewRecord(GO, r.key, r.value, (), r.time) for r in batch.records))
                count -= len(batch.records)
                yield len(batch.records)


@contextmanager
def log_of(prefix: str, folder: Path, **given: Any) -> Iterator[StreamLog]:
    settings = Settings(_env_file=None, data_dir=folder / prefix, streams_prefix=prefix, **given)
    with (
        closing(Instance.start(settings.data_dir)) as me,
        closing(open_streams(settings, instance=me, clock=utc_now)) as log,
    ):
        log.create(stream_specs(settings))
        yield log


@contextmanager
def ours(prefix: str, folder: Path, **given: Any) -> Iterator[Contender]:
    with log_of(prefix, folder, **given) as log:
        yield Ours(log)


@contextmanager
def streams_of(engine: str) -> Iterator[Callable[[], AbstractContextManager[StreamLog]]]:
    """Opens fresh streams again and again, on the embedded log or on a broker of this call's."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        given: dict[str, Any] = {}
        if engine == "kafka":
            if not (address := stack.enter_context(broker_address())):
                raise SystemExit(1)
            given["streams_url"] = f"kafka://{address}"
        yield lambda: log_of(_prefix(), Path(folder), **given)


@contextmanager
def broker_address() -> Iterator[str | None]:
    """A broker for this run; None, and a line that says why, where there can be none."""
    with ExitStack() as stack:
        try:
            broker = stack.enter_context(closing(Broker(fetched())))
            broker.start()
        except BrokerError as error:
            print(f"Apache Kafka is not measured: {error}")
            yield None
        else:
            yield broker.address


def _prefix() -> str:
    return f"bench-{uuid.uuid4().hex[:8]}"


def embedded(folder: Path) -> dict[str, Opener]:
    def with_durability(given: str) -> Opener:
        return lambda prefix: ours(prefix, folder, streams_durability=given)

    return {f"embedded log, {name.upper()}": with_durability(name) for name in ("full", "normal")}


def on_kafka(address: str, codecs: Sequence[str], folder: Path) -> dict[str, Opener]:
    from bench._kafka_clients import Confluent, KafkaPython

    def with_ours(codec: str) -> Opener:
        url = f"kafka://{address}"
        return lambda prefix: ours(prefix, folder, streams_url=url, streams_compression=codec)

    def with_client(client: type[KafkaPython | Confluent], codec: str) -> Opener:
        return lambda prefix: client.opened(address, prefix, codec)

    found: dict[str, Opener] = {}
    for codec in codecs:
        found[f"Kafka, our engine, {codec}"] = with_ours(codec)
        found[f"Kafka, bare kafka-python, {codec}"] = with_client(KafkaPython, codec)
        found[f"Kafka, confluent-kafka, {codec}"] = with_client(Confluent, codec)
    return found


if __name__ == "__main__":
    main()
