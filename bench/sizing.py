"""What a number of articles a day needs: processes, brokers, database, and what breaks first.

::

    python -P bench/sizing.py [--articles 1000000 10000000 100000000] [--partitions 12]
                              [--burst 4] [--matches 0.05] [--skew 1.0] [--core-speed 1.0]
                              [--installations 1]

A pure function (``bench/_day.py``) of three things. *Costs* are measured; :data:`MEASURED` names
the scripts. The *load* is a day: how many articles in which hour, bursts of breaking news, and how
matches are spread over topics. *Limits* are what machines are assumed to do; none was measured.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from bench._day import Burst, Costs, Limits, Load, Need, size

PRESS = (
    2.0, 1.6, 1.4, 1.4, 1.8, 3.0, 4.4, 5.4, 5.8, 6.0, 6.0, 5.8,
    5.6, 5.6, 5.6, 5.6, 5.6, 5.4, 5.0, 4.4, 3.8, 3.4, 3.0, 2.4,
)  # fmt: skip
"""An assumption: a day of the European press, busiest from eight to six."""

BREAKING = Burst(start=14 * 3600, seconds=1800, factor=4.0, matches=0.2)
"""An assumption: for half an hour four times as many articles; every fifth added one matches."""

MEASURED = Costs(
    ingest=0.039, relay=380e-6, processors=0.0035, archive=0.007, alerts=0.0285,
    server_article=0.0095, server_match=0.0077, article_bytes=3177, enriched_bytes=1288,
    match_bytes=5020, wal_bytes=116_000, store_bytes=58_000, ingest_mb=600, other_mb=250,
)  # fmt: skip
"""On PostgreSQL and Kafka; docs/sizing.md names the run of each figure.

``bench/costs.py`` on a machine that was busy with other work: ingest, archive, alerts, the server's
and all bytes. Processors: its 2.9 ms on the embedded log, times 1.2, which is what Kafka costs more
in ``bench/throughput.py``. Relay: of ``bench/relay.py`` 85 us without the embedded log and 40 us of
the server, and 255 us in which ``bench/streams.py`` sends a record with zstd to a broker.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=float, nargs="+", default=[1e6, 1e7, 1e8])
    parser.add_argument("--partitions", type=int, default=Limits().partitions)
    parser.add_argument("--burst", type=float, default=BREAKING.factor)
    parser.add_argument("--matches", type=float, default=Load(0, PRESS).matches)
    parser.add_argument("--skew", type=float, default=Load(0, PRESS).skew)
    parser.add_argument("--core-speed", type=float, default=Limits().core_speed)
    parser.add_argument("--installations", type=int, default=1, help="that share the outlets")
    options = parser.parse_args()
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


if __name__ == "__main__":
    main()
