"""A day of news as queues: what a number of articles needs, and how long records wait.

::

    costs ─┐                        ┌─▶ ingest ─▶ relay ─▶ processors ─▶ alerts
    load ──┼─▶ a day in steps of 30 s             └─▶ archive
    limits ┘                        └─▶ lag of every stage, bytes on brokers, work of the database

Records wait in partitions, and a partition belongs to one process of a group. Articles are spread
evenly over partitions. Matches have their topic as key, so that a hot topic is in one partition
and is worked on by one process, however many there are. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.streams.partitioner import partition_of

STEP = 30.0
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Costs:
    """What one article or one match costs.

    Attributes:
        ingest: CPU seconds of polling, reading the page, extracting and storing, per article.
        relay: Seconds in which the relay, of which one works at a time, moves one record.
        processors: CPU seconds per article.
        archive: CPU seconds per article.
        alerts: CPU seconds per match, its delivery included.
        server_article: CPU seconds of PostgreSQL per article, of all stages.
        server_match: CPU seconds of PostgreSQL per match.
        article_bytes: Bytes of ``news.articles`` per article, as they are sent to a broker.
        enriched_bytes: Bytes of ``news.enriched`` per article.
        match_bytes: Bytes of ``news.matches`` and ``news.alerts`` per match.
        wal_bytes: Bytes of PostgreSQL's write-ahead log per article, without full pages.
        store_bytes: Bytes of store and archive per article.
        ingest_mb: Memory of a process of ingest, its workers included, in MB.
        other_mb: That of any other process.
    """

    ingest: float
    relay: float
    processors: float
    archive: float
    alerts: float
    server_article: float
    server_match: float
    article_bytes: float
    enriched_bytes: float
    match_bytes: float
    wal_bytes: float
    store_bytes: float
    ingest_mb: float
    other_mb: float


@dataclass(frozen=True, slots=True)
class Burst:
    """Breaking news.

    Attributes:
        start: Second of the day.
        seconds: How long it lasts.
        factor: By how much it multiplies the rate of articles.
        matches: Matches per article of what it adds, all of one topic.
    """

    start: float
    seconds: float
    factor: float
    matches: float


@dataclass(frozen=True, slots=True)
class Load:
    """A day of news.

    Attributes:
        articles: Articles of a day without bursts.
        hours: The share of each of 24 hours; only their proportions count.
        bursts: Breaking news.
        matches: Matches per article.
        topics: Among how many topics matches are spread.
        skew: Exponent of Zipf's law by which they are; 0 is evenly.
    """

    articles: float
    hours: tuple[float, ...]
    bursts: tuple[Burst, ...] = ()
    matches: float = 0.05
    topics: int = 50
    skew: float = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What is assumed of machines, and what is asked of the installation.

    Attributes:
        lag: The longest that any record may wait before a stage, in seconds.
        partitions: Of the streams; the most processes of a stage.
        busy: The share of a core that a process gets.
        core_speed: How much faster a core is than the one on which costs were measured.
        replication: Copies of each record.
        broker_bytes: Bytes that a broker writes in a second, copies included.
        broker_disk: Bytes of its disk.
        retention: Seconds for which streams keep records.
        database_cores: Cores of the machine of the database.
        database_bytes: Bytes of write-ahead log in a second that its disk takes.
        full_pages: By how much full pages multiply the write-ahead log.
        pages_at_once: Requests of one process of ingest at the same time.
        page_seconds: How long a request for a page takes.
    """

    lag: float = 60.0
    partitions: int = 12
    busy: float = 0.8
    core_speed: float = 1.0
    replication: int = 3
    broker_bytes: float = 50e6
    broker_disk: float = 4e12
    retention: float = 30 * DAY
    database_cores: float = 16.0
    database_bytes: float = 100e6
    full_pages: float = 2.0
    pages_at_once: float = 15.0
    page_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Queue:
    """A day before one stage.

    Attributes:
        processes: How many work.
        lag: Seconds that the record waits which waits longest, at the end of each step.
        served: Records of each step.
        busiest: The share of the day for which the busiest process works.
    """

    processes: int
    lag: tuple[float, ...]
    served: tuple[float, ...]
    busiest: float

    @property
    def longest(self) -> float:
        """The longest lag of the day in seconds."""
        return max(self.lag)


@dataclass(frozen=True, slots=True)
class Need:
    """What a day needs.

    Attributes:
        stages: The queue before each stage (:func:`fewest`).
        rate: Articles a second at the peak.
        produced: Bytes a second that are sent to brokers at the peak.
        brokers: How many.
        stream_bytes: Bytes on all brokers when records are as old as they get.
        database_cores: Cores that PostgreSQL uses at the peak.
        wal: Bytes of write-ahead log a second at the peak.
        store_bytes: Bytes that store and archive grow by in a day.
        memory_mb: Of all processes.
        loads: The load of what cannot be multiplied, 1 where it is at its limit.
    """

    stages: dict[str, Queue]
    rate: float
    produced: float
    brokers: int
    stream_bytes: float
    database_cores: float
    wal: float
    store_bytes: float
    memory_mb: float
    loads: dict[str, float]

    @property
    def breaks_first(self) -> str:
        """What is closest to its limit, or the furthest beyond it."""
        return max(self.loads, key=lambda name: self.loads[name])


# ── the load ─────────────────────────────────────────────────────────────────────────────────────


def arrivals(load: Load, step: float = STEP) -> list[float]:
    """Return the articles that come in each step of the day."""
    total = sum(load.hours)
    rates = [load.articles * share / total / (DAY / len(load.hours)) for share in load.hours]
    moments = [number * step for number in range(round(DAY / step))]
    return [
        step * rates[int(at // (DAY / len(rates)))] * (1 + _added(load.bursts, at))
        for at in moments
    ]


def _added(bursts: Sequence[Burst], at: float) -> float:
    """Return by how much of the ordinary rate bursts raise it."""
    return sum(burst.factor - 1 for burst in bursts if 0 <= at - burst.start < burst.seconds)


def spread_topics(load: Load, partitions: int) -> list[float]:
    """Return the share of ordinary matches of each partition; keys are hashed as in Kafka."""
    weights = [1 / number**load.skew for number in range(1, load.topics + 1)]
    shares = [0.0] * partitions
    for number, weight in enumerate(weights, 1):
        shares[partition_of(f"topic-{number}".encode(), partitions)] += weight / sum(weights)
    return shares


def match_arrivals(
    load: Load, articles: Sequence[float], partitions: int, step: float = STEP
) -> list[list[float]]:
    """Return the matches that come to each partition in each step.

    Args:
        load: The day.
        articles: What the processors finish in each step.
        partitions: Of ``news.matches``.
        step: Seconds.
    """
    shares = spread_topics(load, partitions)
    hot = partition_of(b"breaking", partitions)
    rows = []
    for number, count in enumerate(articles):
        running = [b for b in load.bursts if 0 <= number * step - b.start < b.seconds]
        added = _added(running, number * step)
        row = [count / (1 + added) * load.matches * share for share in shares]
        for burst in running:
            row[hot] += count / (1 + added) * (burst.factor - 1) * burst.matches
        rows.append(row)
    return rows


# ── queues ───────────────────────────────────────────────────────────────────────────────────────


def work_off(
    rows: Sequence[Sequence[float]], processes: int, seconds: float, step: float = STEP
) -> Queue:
    """Return a day before a stage: a fluid queue for each process.

    Args:
        rows: What comes to each partition in each step.
        processes: Partition ``p`` belongs to process ``p`` modulo this.
        seconds: How long one process works on one record.
        step: Seconds.
    """
    waiting, worked = [0.0] * processes, [0.0] * processes
    lag, served = [], []
    for row in rows:
        done = 0.0
        for number in range(processes):
            waiting[number] += sum(row[number::processes])
            now = min(waiting[number], step / seconds)
            waiting[number] -= now
            worked[number] += now * seconds
            done += now
        lag.append(max(waiting) * seconds)
        served.append(done)
    return Queue(processes, tuple(lag), tuple(served), max(worked) / (len(rows) * step))


def fewest(
    rows: Sequence[Sequence[float]], most: int, seconds: float, lag: float, step: float = STEP
) -> Queue:
    """Return the day with the fewest processes that keep the lag.

    Where none do, because one partition alone has too much, it is the day with the fewest that come
    within a twentieth of what as many as there are partitions reach.
    """
    mean = sum(map(sum, rows)) * seconds / (len(rows) * step)
    least = min(most, max(1, math.ceil(mean)))
    queue = work_off(rows, most, seconds, step)
    lag = max(lag, queue.longest * 1.05 if queue.longest > lag else 0.0)
    low, high = least, most  # more processes never wait longer, but for how keys fall together
    while low < high:
        middle = (low + high) // 2
        tried = work_off(rows, middle, seconds, step)
        if tried.longest <= lag:
            high, queue = middle, tried
        else:
            low = middle + 1
    return queue


def evenly(counts: Sequence[float], partitions: int) -> list[list[float]]:
    """Return records that are spread evenly over partitions."""
    return [[count / partitions] * partitions for count in counts]


# ── a day ────────────────────────────────────────────────────────────────────────────────────────


def size(load: Load, costs: Costs, limits: Limits, step: float = STEP) -> Need:
    """Return what a day needs."""
    come = arrivals(load, step)
    peak, mean = max(come) / step, sum(come) / DAY
    speed = limits.busy * limits.core_speed
    partitions, lag = limits.partitions, limits.lag
    reading = max(costs.ingest / speed, limits.page_seconds / limits.pages_at_once)
    even = evenly(come, partitions)
    processors = fewest(even, partitions, costs.processors / speed, lag, step)
    matched = match_arrivals(load, processors.served, partitions, step)
    stages = {
        "ingest": _share_one_queue(come, reading, lag, step),
        "relay": work_off([[count * (1 + load.matches)] for count in come], 1, costs.relay, step),
        "processors": processors,
        "archive": fewest(even, partitions, costs.archive / speed, lag, step),
        "alerts": fewest(matched, partitions, costs.alerts / speed, lag, step),
    }
    matches, peak_matches = sum(map(sum, matched)) / DAY, max(map(sum, matched)) / step
    per_article = costs.article_bytes + costs.enriched_bytes
    produced = peak * per_article + peak_matches * costs.match_bytes
    kept = (mean * per_article + matches * costs.match_bytes) * limits.retention
    cores = (peak * costs.server_article + peak_matches * costs.server_match) / limits.core_speed
    wal = peak * costs.wal_bytes * limits.full_pages
    hottest = max(map(max, matched)) / step
    others = sum(stages[name].processes for name in ("processors", "archive", "alerts"))
    return Need(
        stages=stages,
        rate=peak,
        produced=produced,
        brokers=_brokers(produced, kept, limits),
        stream_bytes=kept * limits.replication,
        database_cores=cores,
        wal=wal,
        store_bytes=sum(come) * costs.store_bytes,
        memory_mb=stages["ingest"].processes * costs.ingest_mb + others * costs.other_mb,
        loads={
            "relay, one process": peak * (1 + load.matches) * costs.relay,
            "database, cores": cores / limits.database_cores,
            "database, write-ahead log": wal / limits.database_bytes,
            "processors, partitions": peak * costs.processors / speed / partitions,
            "alerts, the partition of the hottest topic": hottest * costs.alerts / speed,
        },
    )


def _brokers(produced: float, kept: float, limits: Limits) -> int:
    """Return how many brokers write and keep all copies; at least one for each copy."""
    writing = produced * limits.replication / limits.broker_bytes
    keeping = kept * limits.replication / limits.broker_disk
    return max(limits.replication, math.ceil(writing), math.ceil(keeping))


def _share_one_queue(come: Sequence[float], seconds: float, lag: float, step: float) -> Queue:
    """Return the day of a stage whose processes share one queue, by leases and not partitions."""
    rows = [[count] for count in come]
    low, high = 1, max(1, math.ceil(max(come) * seconds / step))
    while low < high:
        middle = (low + high) // 2
        if work_off(rows, 1, seconds / middle, step).longest <= lag:
            high = middle
        else:
            low = middle + 1
    return replace(work_off(rows, 1, seconds / high, step), processes=high)
