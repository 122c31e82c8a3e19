"""Exactly once under fire, for as long as one likes: processes and servers are killed at random.

::

    python bench/soak.py processors [--engine embedded|kafka] [--articles 20000] [--kills 12] ...
    python bench/soak.py split      [--engine embedded|kafka] [--articles 300] [--kills 40] ...
    python bench/soak.py crashes    [--full]

``processors``: three workers of the real stage, killed and started again, on Kafka the broker too.
``split``: ``run --only ingest``, two ``processors`` and ``alerts`` (``--full``: two of each), from
a loopback newsroom to a signed webhook; ``kafka`` means Apache Kafka and PostgreSQL, which are
killed too. ``crashes``: one process from the first match to the last delivery, killed at each step,
on SQLite and PostgreSQL (``--full``: each time that it comes to the step). Needs no data. Prints
what came of it and ends with 1 where anything was lost or was there twice. The short forms are
tests: tests/e2e.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from config.logs import set_up_logs
from config.settings import Settings
from core.store import Store
from scripts.kafka.broker import Broker
from scripts.kafka.fetch import BrokerError, fetch_jars
from tests.support import crash_points, postgres, soak, split
from tests.support.faultserver import fault_server
from tests.support.newsroom import serve_newsroom, serve_webhook
from tests.support.schemas import new_sqlite

ARTICLES = {"processors": 20_000, "split": 300, "crashes": 0}
KILLS = {"processors": 12, "split": 40, "crashes": 0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=list(ARTICLES), default="processors")
    parser.add_argument("--engine", choices=["embedded", "kafka"], default="embedded")
    parser.add_argument("--articles", type=int, default=0)
    parser.add_argument("--kills", type=int, default=-1)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--server-kills", type=int, default=1)
    parser.add_argument("--server-stops", type=int, default=1)
    parser.add_argument("--away", type=float, default=4.0, help="seconds a server stays away")
    parser.add_argument(
        "--full", action="store_true", help="split: two ingest and two alerts, too; crashes: all"
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.articles = given.articles or ARTICLES[given.what]
    given.kills = KILLS[given.what] if given.kills < 0 else given.kills
    set_up_logs(Settings(_env_file=None, log_level="error"))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        try:
            runs = {"processors": _processors, "split": _split, "crashes": _crashes}
            wrong = runs[given.what](given, Path(folder), servers)
        except BrokerError as error:
            sys.exit(f"Not measured on Apache Kafka: {error}")
    for line in wrong[:20]:
        print(f"  {line}")
    sys.exit(1 if wrong else 0)


def _processors(given: argparse.Namespace, folder: Path, servers: ExitStack) -> list[str]:
    broker = _broker(servers) if given.engine == "kafka" else None
    plan = soak.Plan(
        articles=given.articles,
        kills=given.kills,
        workers=given.workers,
        broker_kills=given.server_kills if broker else 0,
        broker_stops=given.server_stops if broker else 0,
        away=given.away,
        patience=300,
        seed=given.seed,
    )
    outcome = soak.Soak(folder, _streams(broker), plan).run(broker)
    print(f"{given.engine}: {outcome}")
    return [*outcome.lost, *outcome.doubled]


def _split(given: argparse.Namespace, folder: Path, servers: ExitStack) -> list[str]:
    breakable: dict[str, soak.Killable] = {}
    environment: dict[str, str] = {}
    if given.engine == "kafka":
        breakable["broker"] = broker = _broker(servers)
        environment |= _streams(broker)
        if home := postgres.binaries():
            breakable["postgres"] = server = servers.enter_context(closing(postgres.Server(home)))
            environment["WIREWATCH_DATABASE_URL"] = server.url()
        else:
            print(f"On SQLite: {postgres.NOT_THERE}")
    plan = split.Plan(
        stories=given.articles,
        kills=given.kills,
        server_kills=given.server_kills,
        server_stops=given.server_stops,
        away=given.away,
        pause=4.0,
        patience=300,
        repeats=given.engine == "kafka",
        apart="WIREWATCH_DATABASE_URL" in environment,
        seed=given.seed,
        roles=split.FULL if given.full else split.ROLES,
    )
    with serve_newsroom() as newsroom, serve_webhook() as told:
        outcome = split.Split(folder, newsroom, told, environment, plan).run(breakable)
    print(f"{given.engine}: {outcome}")
    return outcome.wrong


def _crashes(given: argparse.Namespace, folder: Path, servers: ExitStack) -> list[str]:
    web = servers.enter_context(fault_server())
    engines: dict[str, postgres.Server | None] = {"SQLite": None}
    if home := postgres.binaries():
        engines["PostgreSQL"] = servers.enter_context(closing(postgres.Server(home)))
    else:
        print(f"On SQLite: {postgres.NOT_THERE}")
    wrong: list[str] = []
    for point in crash_points.POINTS:
        for engine, server in engines.items():
            kills = 0
            for occurrence in range(1, 1000 if given.full else 2):
                place = Path(tempfile.mkdtemp(dir=folder))
                with _database(place, server) as url:
                    day = crash_points.CrashDay(place, url, web)
                    faults = day.spend_with_kill(point, occurrence)
                where = f"{engine}, {point.name}, {occurrence}"
                wrong += [f"{where}: {fault}" for fault in faults]
                if not day.kills:
                    break
                kills += 1
            wrong += [] if kills else [f"{engine}: no process came to: {point.name}"]
            print(f"{point.name:30} {engine:12} killed {kills} times, {len(wrong)} faults")
    return wrong


@contextmanager
def _database(folder: Path, server: postgres.Server | None) -> Iterator[str]:
    """Create a store without rows, on SQLite or on a server. Yield its URL."""
    if server is None:
        yield new_sqlite(folder)
        return
    with postgres.database(server.url()) as url:
        Store.open(url).close()
        yield url


def _broker(servers: ExitStack) -> Broker:
    broker = servers.enter_context(closing(Broker(fetch_jars())))
    broker.start()
    return broker


def _streams(broker: Broker | None) -> dict[str, str]:
    if broker is None:
        return {}
    return {
        "WIREWATCH_STREAMS_URL": f"kafka://{broker.address}",
        "WIREWATCH_STREAMS_PREFIX": f"soak-{uuid.uuid4().hex[:8]}",
    }


if __name__ == "__main__":
    main()
