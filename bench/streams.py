"""What a record costs: the embedded log, and Apache Kafka with three clients.

::

    python bench/streams.py [ARTICLES] [--records 10000] [--rounds 3] [--codecs none,lz4,zstd]

ARTICLES is as in bench/matching.py; without it the texts are generated. Records are those of
``news.articles`` with 3,000 characters of text, in batches of a hundred. All contenders give the
same guarantees: a batch is durable before the next one is sent (Kafka: acks=all, idempotent), the
position is committed after each batch, and consume-process-produce (here: copying every record)
commits outputs and position in one transaction per batch, at isolation level ``read_committed``.

The run starts its own broker (scripts/kafka) on the same machine. The broker uses part of the CPU,
so rates describe one machine that runs both; CPU time is the client's alone. Contenders take turns
within a round, each on streams of its own; figures are medians over the rounds.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from bench._common import BATCH, INPUT, OUTPUT, Values, batches, record_of
from bench.matching import Article, articles_of
from config.logs import set_up_logs
from config.settings import Settings
from core.clock import utc_now
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.port import NewRecord, StreamLog
from core.streams.topology import stream_specs
from scripts.kafka.broker import Broker
from scripts.kafka.fetch import BrokerError, fetch_jars

LENGTH = 3000
"""Characters of text in each record."""

OPERATIONS = ("produce", "consume", "copy")


class Contender(Protocol):
    """One client on one engine, on streams of its own. Operations yield the size of each batch."""

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
    options = parser.parse_args()
    if options.records <= BATCH:
        parser.error(f"it measures from the second batch on: give more than {BATCH} records")
    set_up_logs(Settings(_env_file=None, log_level="error"))
    values = values_of(options.articles, options.records)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        contenders = embedded(folder)
        if address := stack.enter_context(broker_address()):
            contenders |= on_kafka(address, options.codecs.split(","), folder)
        report(measure(contenders, values, options.rounds), values)


def values_of(articles: str | None, count: int) -> Values:
    """Return records of ``news.articles``; articles repeat where there are fewer than records."""
    texts = articles_of(Path(articles), count) if articles else list(generated(min(count, 2000)))
    records = [record_of(n, _cut(texts[n % len(texts)])) for n in range(count)]
    return [(r.key or b"", r.value or b"") for r in records]


def _cut(article: Article) -> Article:
    title, text = article
    return title, (text * (LENGTH // max(1, len(text)) + 1))[:LENGTH]


def generated(count: int) -> Iterator[Article]:
    """Generate texts whose word frequencies follow Zipf's law, as in a natural language."""
    dice = random.Random(1)
    words = ["".join(dice.choices("etaoinshrdlucmfw", k=dice.randint(2, 11))) for _ in range(9000)]
    weights = [1 / (rank + 2) for rank in range(len(words))]
    for number in range(count):
        yield f"Number {number}", " ".join(dice.choices(words, weights, k=LENGTH // 5))


# ── measuring ────────────────────────────────────────────────────────────────────────────────

Figures = dict[str, dict[str, list[tuple[float, float]]]]
"""By contender and operation: records per second and CPU µs per record, for each round."""


def measure(contenders: dict[str, Opener], values: Values, rounds: int) -> Figures:
    figures: Figures = defaultdict(lambda: defaultdict(list))
    for _ in range(rounds):
        for name, opener in contenders.items():
            with opener(_prefix()) as contender:
                runs = (
                    contender.produce(values),
                    contender.consume(len(values)),
                    contender.copy(len(values)),
                )
                for operation, run in zip(OPERATIONS, runs, strict=True):
                    figures[name][operation].append(timed(run, len(values)))
    return figures


def timed(run: Iterator[int], count: int) -> tuple[float, float]:
    """Measure from the end of the first batch, which connects and joins, to the end of the last."""
    done = first = next(run)
    wall, cpu = time.perf_counter(), time.process_time()
    while done < count:
        done += next(run)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    assert next(run, None) is None  # closes its client
    return (count - first) / wall, cpu / (count - first) * 1e6


def report(figures: Figures, values: Values) -> None:
    size = statistics.mean(len(value) for _, value in values)
    print(
        f"{len(values)} records of {size:.0f} bytes, {BATCH} a batch; records/s and CPU us each\n"
    )
    print(f"| {'Engine, client, codec':34} | Produce |  us | Consume |  us |  Copy |  us |")
    print(f"|{'-' * 36}|{'-' * 8}:|{'-' * 4}:|{'-' * 8}:|{'-' * 4}:|{'-' * 6}:|{'-' * 4}:|")
    for name, rounds in figures.items():
        cells = []
        for operation, width in zip(OPERATIONS, (7, 7, 5), strict=True):
            rates, costs = zip(*rounds[operation], strict=True)
            cells.append(f"{statistics.median(rates):{width},.0f}")
            cells.append(f"{statistics.median(costs):3.0f}")
        print(f"| {name:34} | {' | '.join(cells)} |")


# ── this program's engines ───────────────────────────────────────────────────────────────────


class Engine:
    """A stream log of this program, on either engine."""

    def __init__(self, log: StreamLog) -> None:
        self._log = log

    def produce(self, values: Values) -> Iterator[int]:
        for batch in batches(values):
            self._log.append([NewRecord(INPUT, k, v, (), utc_now()) for k, v in batch])
            yield len(batch)

    def consume(self, count: int) -> Iterator[int]:
        with closing(self._log.consumer("read", [INPUT], slot="bench-read")) as consumer:
            while count > 0:
                batch = consumer.poll(limit=BATCH)
                if batch:
                    consumer.commit(batch)
                    count -= len(batch.records)
                    yield len(batch.records)

    def copy(self, count: int) -> Iterator[int]:
        with closing(self._log.consumer("copy", [INPUT], slot="bench-copy")) as consumer:
            while count > 0:
                batch = consumer.poll(limit=BATCH)
                if not batch:
                    continue
                with consumer.transaction(batch) as out:
                    out.append(
                        *(NewRecord(OUTPUT, r.key, r.value, (), r.time) for r in batch.records)
                    )
                count -= len(batch.records)
                yield len(batch.records)


@contextmanager
def log_of(prefix: str, folder: Path, **values: Any) -> Iterator[StreamLog]:
    """Open a log with streams of its own; ``values`` are settings."""
    settings = Settings(_env_file=None, data_dir=folder / prefix, streams_prefix=prefix, **values)
    with (
        closing(Instance.start(settings.data_dir)) as instance,
        closing(open_streams(settings, instance=instance, clock=utc_now)) as log,
    ):
        log.create(stream_specs(settings))
        yield log


@contextmanager
def engine_of(prefix: str, folder: Path, **values: Any) -> Iterator[Contender]:
    with log_of(prefix, folder, **values) as log:
        yield Engine(log)


@contextmanager
def streams_of(engine: str) -> Iterator[Callable[[], AbstractContextManager[StreamLog]]]:
    """Return a function that opens a log with new streams, embedded or on a broker of its own."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        values: dict[str, Any] = {}
        if engine == "kafka":
            if not (address := stack.enter_context(broker_address())):
                raise SystemExit(1)
            values["streams_url"] = f"kafka://{address}"
        yield lambda: log_of(_prefix(), Path(folder), **values)


@contextmanager
def broker_address() -> Iterator[str | None]:
    """Start a broker for this run; print why and yield None where that is impossible."""
    with ExitStack() as stack:
        try:
            broker = stack.enter_context(closing(Broker(fetch_jars())))
            broker.start()
        except BrokerError as error:
            print(f"Apache Kafka is not measured: {error}")
            yield None
        else:
            yield broker.address


def _prefix() -> str:
    return f"bench-{uuid.uuid4().hex[:8]}"


def embedded(folder: Path) -> dict[str, Opener]:
    def with_durability(durability: str) -> Opener:
        return lambda prefix: engine_of(prefix, folder, streams_durability=durability)

    return {f"embedded log, {name.upper()}": with_durability(name) for name in ("full", "normal")}


def on_kafka(address: str, codecs: Sequence[str], folder: Path) -> dict[str, Opener]:
    from bench._kafka_clients import Confluent, KafkaPython

    def with_engine(codec: str) -> Opener:
        url = f"kafka://{address}"
        return lambda prefix: engine_of(prefix, folder, streams_url=url, streams_compression=codec)

    def with_client(client: type[KafkaPython | Confluent], codec: str) -> Opener:
        return lambda prefix: client.opened(address, prefix, codec)

    contenders: dict[str, Opener] = {}
    for codec in codecs:
        contenders[f"Kafka, our engine, {codec}"] = with_engine(codec)
        contenders[f"Kafka, bare kafka-python, {codec}"] = with_client(KafkaPython, codec)
        contenders[f"Kafka, confluent-kafka, {codec}"] = with_client(Confluent, codec)
    return contenders


if __name__ == "__main__":
    main()
