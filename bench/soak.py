"""Exactly once under fire, for as long as one likes: processes and servers are killed at random.

::

    python bench/soak.py processors [--engine embedded|kafka] [--articles 20000] [--kills 12] ...
    python bench/soak.py split      [--engine embedded|kafka] [--articles 300] [--kills 40] ...

``processors``: three workers of the real stage, killed and started again, on Kafka the broker too.
``split``: ``run --only ingest``, two ``processors`` and ``alerts`` (``--full``: two of each), from
a loopback newsroom to a signed webhook; ``kafka`` means Apache Kafka and PostgreSQL, which are
killed too. Needs no data. Prints what came of it and ends with 1 where anything was lost or was
there twice. The short forms are tests: tests/e2e.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import uuid
from contextlib import ExitStack, closing
from pathlib import Path

from config.logs import set_up_logs
from config.settings import Settings
from scripts.kafka.broker import Broker
from scripts.kafka.fetch import BrokerError, fetch_jars
from tests.support import postgres, soak, split
from tests.support.newsroom import serve_newsroom, serve_webhook

ARTICLES = {"processors": 20_000, "split": 300}
KILLS = {"processors": 12, "split": 40}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=["processors", "split"], default="processors")
    parser.add_argument("--engine", choices=["embedded", "kafka"], default="embedded")
    parser.add_argument("--articles", type=int, default=0)
    parser.add_argument("--kills", type=int, default=-1)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--server-kills", type=int, default=1)
    parser.add_argument("--server-stops", type=int, default=1)
    parser.add_argument("--away", type=float, default=4.0, help="seconds a server stays away")
    parser.add_argument("--full", action="store_true", help="two ingest and two alerts, too")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.articles = given.articles or ARTICLES[given.what]
    given.kills = KILLS[given.what] if given.kills < 0 else given.kills
    set_up_logs(Settings(_env_file=None, log_level="error"))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        try:
            run = _processors if given.what == "processors" else _split
            wrong = run(given, Path(folder), servers)
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
