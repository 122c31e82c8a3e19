"""Start and stop a real Apache Kafka broker, for development and tests.

::

    a temporary folder, free loopback ports ──format──▶ start ──▶ ready ──▶ stop, start again ...
    owner ──pipe──▶ guard ──parent of──▶ java

A broker never outlives its owner (:mod:`scripts.kafka.guard`). :mod:`scripts.kafka.fetch` gets what
it needs.

Run it: ``python scripts/kafka/broker.py [--port N | --fetch | --check]``. Needs only the standard
library.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

if not __package__:  # run as a file
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from scripts.kafka.fetch import (
    BrokerError,
    fetch_jars,
    find_java,
    kafka_version,
    last_lines,
    print_line,
    unavailable_reason,
)
from scripts.kafka.guard import Guard
from scripts.kafka.quorum import Quorum

HOST = "127.0.0.1"
PORTS = (10_000, 30_000)
START_SECONDS = 60.0
STOP_SECONDS = 15.0

_JAVA_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

# A node that is broker and controller, without the waiting times of a production cluster.
_PROPERTIES = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "broker.session.timeout.ms": "3000",  # a killed broker can rejoin only after it
    "broker.heartbeat.interval.ms": "300",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
    "log.initial.task.delay.ms": "500",
    "log.retention.check.interval.ms": "1000",
    "log.cleaner.backoff.ms": "500",
}

_LOGGING = """\
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1}: %m%n
rootLogger.level=info
rootLogger.appenderRef.out.ref=out
"""


@dataclass(frozen=True)
class Listener:
    """An additional listener of the broker.

    Attributes:
        name: Its name, in upper-case letters.
        protocol: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.
        advertised: The port that clients connect to, for example a proxy's; None for its own.
        properties: Its properties, without the prefix ``listener.name.NAME.``.
    """

    name: str
    protocol: str = "PLAINTEXT"
    advertised: int | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


class Broker:
    """A broker with temporary data, on ports that stay the same across restarts.

    Args:
        jars: See :func:`fetch_jars`.
        port: Port of the PLAINTEXT listener; 0 picks a free one.
        listeners: Additional listeners.
        properties: Additional properties of the server.
        scram: Passwords by user, for SCRAM-SHA-256 and SCRAM-SHA-512.
        quorum: The other brokers of its cluster; None for none.
        heap: Memory for its objects, as Java writes it.

    Attributes:
        folder: Folder with its settings, ``broker.log`` and, in ``log``, its data.

    Raises:
        BrokerError: Java is missing or too old, or its folder cannot be formatted.
    """

    def __init__(
        self,
        jars: Path,
        *,
        port: int = 0,
        listeners: Sequence[Listener] = (),
        properties: Mapping[str, str] | None = None,
        scram: Mapping[str, str] | None = None,
        quorum: Quorum | None = None,
        heap: str = "512m",
    ) -> None:
        command = [find_java(), f"-Xmx{heap}", *_JAVA_OPTIONS, "-cp", f"{jars}/*"]
        names = ["PLAINTEXT", "CONTROLLER", *(listener.name for listener in listeners)]
        self._ports = dict(zip(names, free_ports(len(names), besides=port), strict=True))
        self._ports["PLAINTEXT"] = port or self._ports["PLAINTEXT"]
        if quorum is None:
            quorum = Quorum.of_one(f"{HOST}:{self._ports['CONTROLLER']}")
        self._ports["CONTROLLER"] = int(quorum.own.address.rpartition(":")[2])
        self.folder = Path(tempfile.mkdtemp(prefix="wirewatch-kafka-"))
        self._log = self.folder / "broker.log"
        config = self.folder / "server.properties"
        logging = self.folder / "log4j2.properties"
        command.insert(1, f"-Dlog4j2.configurationFile={logging}")
        self._guard = Guard(self.folder, self._log, [*command, "kafka.Kafka", str(config)])
        try:
            logging.write_text(_LOGGING)
            values = quorum.properties | dict(properties or {})
            config.write_text(_server_properties(self.folder, self._ports, listeners, values))
            _format(command, config, quorum, scram or {})
        except BaseException:
            self.close()
            raise

    def port(self, listener: str = "PLAINTEXT") -> int:
        """Return the port of a listener."""
        return self._ports[listener]

    def address_of(self, listener: str) -> str:
        """Return the ``host:port`` of a listener."""
        return f"{HOST}:{self._ports[listener]}"

    @property
    def address(self) -> str:
        """The ``host:port`` of the PLAINTEXT listener."""
        return self.address_of("PLAINTEXT")

    def start(self, *, within: float = START_SECONDS) -> None:
        """Start the broker and return when it is ready.

        Raises:
            BrokerError: It ended, or was not ready in time; the text has the end of its log.
        """
        self._guard.start()
        deadline = time.monotonic() + within
        while not _is_ready(self._ports["PLAINTEXT"]):
            if not self.running:
                raise BrokerError(
                    f"Apache Kafka ended at its start. Its log ends:\n{self.log_tail()}"
                )
            if time.monotonic() > deadline:
                self.kill()
                raise BrokerError(
                    f"Apache Kafka did not answer on {self.address} within {within:.0f} s."
                    f" Its log ends:\n{self.log_tail()}"
                )
            time.sleep(0.05)

    @property
    def running(self) -> bool:
        """Whether its process exists, frozen or not."""
        return self._guard.running

    def stop(self, *, within: float = STOP_SECONDS) -> None:
        """Shut the broker down; kill it where that takes too long."""
        self.thaw()
        self._guard.signal(signal.SIGTERM)
        if not self._wait_until_ended(within):
            self.kill()

    def kill(self) -> None:
        """Kill the broker, as a power cut would."""
        self._guard.signal(signal.SIGKILL)
        self._wait_until_ended(STOP_SECONDS)

    def freeze(self) -> None:
        """Suspend the process: connections stay open, but nothing is answered."""
        self._guard.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume a frozen broker."""
        self._guard.signal(signal.SIGCONT)

    def log_tail(self) -> str:
        """Return the end of its log."""
        return last_lines(self._log.read_text(errors="replace") if self._log.exists() else "")

    def close(self) -> None:
        """Stop the broker and remove its folder. Idempotent."""
        if self.running:
            self.stop()
        self._guard.close()

    def _wait_until_ended(self, within: float) -> bool:
        deadline = time.monotonic() + within
        while self.running and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.running


def free_ports(count: int, *, besides: int = 0) -> list[int]:
    """Return different free ports that outgoing connections never take.

    They are below the ephemeral ports of all systems, so that a broker gets its ports again when it
    restarts. They are random, whatever seed a test has set, because several processes choose at the
    same time.

    Args:
        count: How many.
        besides: A port that is taken already; 0 for none.
    """
    candidates = random.SystemRandom().sample(range(*PORTS), PORTS[1] - PORTS[0])
    free = (port for port in candidates if port != besides and _is_free(port))
    return list(itertools.islice(free, count))


def _is_free(port: int) -> bool:
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind((HOST, port))
        return True
    return False


def _server_properties(
    folder: Path,
    ports: Mapping[str, int],
    listeners: Sequence[Listener],
    extra: Mapping[str, str],
) -> str:
    advertised = dict(ports) | {x.name: x.advertised for x in listeners if x.advertised}
    protocols = dict.fromkeys(ports, "PLAINTEXT") | {x.name: x.protocol for x in listeners}
    values = {
        **_PROPERTIES,
        "log.dirs": str(folder / "log"),
        "listeners": ",".join(f"{name}://{HOST}:{port}" for name, port in ports.items()),
        "advertised.listeners": ",".join(
            f"{name}://{HOST}:{port}" for name, port in advertised.items()
        ),
        "listener.security.protocol.map": ",".join(f"{n}:{p}" for n, p in protocols.items()),
        **extra,
    }
    for listener in listeners:
        prefix = f"listener.name.{listener.name.lower()}."
        values |= {prefix + name: value for name, value in listener.properties.items()}
    return "".join(f"{name}={_escaped(value)}\n" for name, value in values.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n")


def _format(command: Sequence[str], config: Path, quorum: Quorum, scram: Mapping[str, str]) -> None:
    users = [
        f"--add-scram={mechanism}=[name={user},password={password}]"
        for user, password in scram.items()
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
    ]
    done = subprocess.run(
        [
            *(*command, "kafka.tools.StorageTool", "format"),
            *(*quorum.format_options, "-c", str(config), *users),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BrokerError(
            f"Apache Kafka's log folder could not be made:\n{last_lines(done.stdout)}"
        )


def _is_ready(port: int) -> bool:
    """Return whether a broker answers a Metadata request (version 4, no topics) with itself.

    The port opens earlier, before the controller has admitted the broker.
    https://kafka.apache.org/protocol#The_Messages_Metadata
    """
    request = struct.pack(">hhih", 3, 4, 1, -1) + struct.pack(">i?", 0, False)
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = connection.makefile("rb").read(16)
    except OSError:
        return False
    return len(answer) == 16 and struct.unpack(">iiii", answer)[3] > 0  # length, id, throttle, n


def _serve(port: int) -> None:
    """Run a broker until SIGINT or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    broker = Broker(fetch_jars(), port=port)
    try:
        broker.start()
        url = f"kafka://{broker.address}"
        print_line(f"Apache Kafka {kafka_version()} is ready: {url}")
        print_line(f"Use it with: export WIREWATCH_STREAMS_URL={url}")
        print_line("Ctrl-C stops it and deletes its data.")
        while broker.running:
            time.sleep(0.5)
        raise BrokerError(f"Apache Kafka ended. Its log ends:\n{broker.log_tail()}")
    finally:
        broker.close()


def main(arguments: Sequence[str]) -> int:
    """Run the command line. Return the exit code."""
    parser = argparse.ArgumentParser(description="Start an Apache Kafka broker until Ctrl-C.")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the listener; 0 picks a free one"
    )
    parser.add_argument("--fetch", action="store_true", help="only download what it needs")
    parser.add_argument(
        "--check", action="store_true", help="only check whether it can be started; print why not"
    )
    options = parser.parse_args(arguments)
    try:
        if options.check:
            reason = unavailable_reason()
            if reason:
                print_line(reason)
            return 1 if reason else 0
        find_java()
        if options.fetch:
            print_line(str(fetch_jars()))
        else:
            _serve(options.port)
    except KeyboardInterrupt:
        return 0
    except BrokerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
