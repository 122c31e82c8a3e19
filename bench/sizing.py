"""What a number of articles a day needs: processes, brokers, database, and what breaks first.

::

    python -P bench/sizing.py [--articles 1000000 10000000 100000000] [--partitions 12]
                              [--burst 4] [--matches 0.05] [--skew 1.0] [--core-speed 1.0]
                              [--installations 1]
    python -P bench/sizing.py --markdown    the tables of docs/sizing.md

A pure function (``bench/_day.py``) of three things. *Costs* are measured; :data:`MEASURED` names
the scripts. The *load* is a day: how many articles in which hour, bursts of breaking news, and how
matches are spread over topics. *Limits* are what machines are assumed to do; none was measured.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from bench._day import Burst, Costs, Limits, Load, Need, Queue, size

PRESS = (
    2.0, 1.6, 1.4, 1.4, 1.8, 3.0, 4.4, 5.4, 5.8, 6.0, 6.0, 5.8,
    5.6, 5.6, 5.6, 5.6, 5.6, 5.4, 5.0, 4.4, 3.8, 3.4, 3.0, 2.4,
)  # fmt: skip
"""An assumption: a day of the European press, busiest from eight to six."""

BREAKING = Burst(start=14 * 3600, seconds=1800, factor=4.0, matches=0.2)
"""An assumption: for half an hour four times as many articles; every fifth added one matches."""

MEASURED = Costs(
    ingest=0.039, relay=380e-6, processors=0.0020, archive=0.007, alerts=0.0285,
    server_article=0.0095, server_match=0.0077, article_bytes=3177, enriched_bytes=1288,
    match_bytes=5020, wal_bytes=116_000, store_bytes=58_000, ingest_mb=600, other_mb=250,
)  # fmt: skip
"""On PostgreSQL and Kafka; docs/sizing.md names the run of each figure.

``bench/costs.py`` on a machine that was busy with other work: ingest, archive, alerts, the server's
and all bytes. Processors: 1.35 ms on the embedded log, times 1.5, which is what Kafka costs more
in ``bench/throughput.py``. Relay: of ``bench/relay.py`` 85 us without the embedded log and 40 us of
the server, and 255 us in which ``bench/streams.py`` sends a record with zstd to a broker.
"""

PAGE = (1e6, 1e7, 5e6, 1e8)
"""Articles a day of the columns of docs/sizing.md."""

STAGES = {
    "ingest": "processes: `ingest`",
    "processors": "`processors`",
    "archive": "`archive`",
    "alerts": "`alerts`",
}
LOADS = {
    "alerts, the partition of the hottest topic": "`alerts`: the partition of the hottest topic",
    "database, write-ahead log": "PostgreSQL: write-ahead log",
    "database, cores": "PostgreSQL: cores",
    "relay, one process": "relay",
    "processors, partitions": "`processors`: 12 partitions",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=float, nargs="+", default=[1e6, 1e7, 1e8])
    parser.add_argument("--partitions", type=int, default=Limits().partitions)
    parser.add_argument("--burst", type=float, default=BREAKING.factor)
    parser.add_argument("--matches", type=float, default=Load(0, PRESS).matches)
    parser.add_argument("--skew", type=float, default=Load(0, PRESS).skew)
    parser.add_argument("--core-speed", type=float, default=Limits().core_speed)
    parser.add_argument("--installations", type=int, default=1, help="that share the outlets")
    parser.add_argument("--markdown", action="store_true", help="print the tables of the page")
    options = parser.parse_args()
    if options.markdown:
        print("\n".join(markdown()))
        return
    burst = replace(BREAKING, factor=options.burst)
    limits = replace(Limits(), partitions=options.partitions, core_speed=options.core_speed)
    for articles in options.articles:
        share = articles / options.installations
        load = Load(share, PRESS, (burst,), matches=options.matches, skew=options.skew)
        print(f"\n{articles:,.0f} articles a day in {options.installations} installation(s), each:")
        report(size(load, MEASURED, limits))


def report(need: Need) -> None:
    """Print what a day needs."""
    print(f"  peak {need.rate:.0f} articles/s, {need.produced / 1e6:.1f} MB/s to the brokers")
    for name, queue in need.stages.items():
        print(
            f"  {name:12} {queue.processes:4} processes, longest lag {queue.longest:8.0f} s,"
            f" busiest {queue.busiest:4.0%} of the day"
        )
    print(
        f"  {need.brokers} brokers, {need.stream_bytes / 1e12:.2f} TB with copies;"
        f" database {need.database_cores:.1f} cores, {need.wal / 1e6:.1f} MB/s of log,"
        f" {need.store_bytes / 1e9:.1f} GB a day; {need.memory_mb / 1e3:.1f} GB of memory"
    )
    for name, load in sorted(need.loads.items(), key=lambda pair: -pair[1]):
        print(f"  {load:7.0%} {name}")


def markdown() -> list[str]:
    """Return the rows of the tables in docs/sizing.md."""
    needs = [size(Load(articles, PRESS, (BREAKING,)), MEASURED, Limits()) for articles in PAGE]
    shown = needs[:3]
    rows = [("articles a second at the peak", [f"{need.rate:.0f}" for need in shown])]
    for stage, name in STAGES.items():
        rows.append((name, [_count(need.stages[stage]) for need in shown]))
    rows += [
        ("memory of all processes", [f"{n.memory_mb / 1e3:.0f} GB" for n in shown]),
        ("sent to the brokers at the peak", [f"{n.produced / 1e6:.1f} MB/s" for n in shown]),
        (
            "brokers, and what they keep with copies",
            [f"{n.brokers}, {n.stream_bytes / 1e12:.1f} TB" for n in shown],
        ),
        ("PostgreSQL: cores at the peak", [f"{n.database_cores:.1f}" for n in shown]),
        ("its write-ahead log at the peak", [f"{n.wal / 1e6:.0f} MB/s" for n in shown]),
        ("store and archive grow by, a day", [f"{n.store_bytes / 1e9:.0f} GB" for n in shown]),
        ("longest lag before `alerts`", [_time(n.stages["alerts"].longest) for n in shown]),
    ]
    for name, text in LOADS.items():
        most = PAGE[1] / needs[1].loads[name] / 1e6
        rows.append((text, [*(f"{n.loads[name]:,.0%}" for n in needs), f"{most:.0f} million"]))
    return [f"| {' | '.join([name, *cells])} |".replace("%", " %") for name, cells in rows]


def _count(queue: Queue) -> str:
    return f"{queue.processes}{', not enough' if queue.longest > Limits().lag else ''}"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


if __name__ == "__main__":
    main()
