"""The broker of `make kafka`: downloaded completely, explained when it fails, never left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import scripts.kafka.broker as broker_module
from scripts.kafka.broker import PORTS, Broker, free_ports
from scripts.kafka.fetch import (
    BrokerError,
    fetch_jars,
    find_java,
    kafka_version,
    unavailable_reason,
)
from scripts.kafka.guard import Guard
from tests.support.kafka import StartBroker
from tests.support.running_program import wait_until

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "scripts" / "kafka" / "broker.py"

JAVA_17 = 'if [ "$1" = -version ]; then echo \'openjdk version "17.0.15"\' >&2; exit 0; fi'
JAVA_11 = "echo 'openjdk version \"11.0.2\"' >&2"
JAVA_8 = "echo 'java version \"1.8.0_392\"' >&2"
SERVER = 'case "$*" in *kafka.Kafka*)'
DOWNLOADS = f"""
for last; do :; done
folder=${{last#-DoutputDirectory=}}
mkdir -p "$folder"; touch "$folder/kafka_2.13-{kafka_version()}.jar"
"""

FETCH = """
import pathlib, sys
from scripts.kafka.fetch import fetch_jars
fetch_jars(pathlib.Path(sys.argv[1]))
"""
OWN = """
import pathlib, sys, time
from scripts.kafka.guard import Guard
folder = pathlib.Path(sys.argv[1])
guard = Guard(folder, folder / "log", ["sh", "-c", "echo $$ > pid; exec sleep 600"])
guard.start()
time.sleep(600)
"""

Machine = Callable[..., Path]
"""Makes a PATH with the given commands and those of the shell only."""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    def make(**commands: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        for tool in ("sh", "sleep", "mkdir", "touch"):
            if not (folder / tool).exists():
                (folder / tool).symlink_to(f"/bin/{tool}")
        for name, script in commands.items():
            (folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.delenv("JAVA_HOME", raising=False)
        return folder

    return make


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def brokers(machine: Machine, tmp_path: Path) -> Iterator[Callable[[str], Broker]]:
    """Makes brokers whose java is a script, which runs these commands as the server."""
    made = []

    def make(commands: str) -> Broker:
        machine(java=f"{JAVA_17}\n{SERVER} {commands};; esac")
        made.append(Broker(tmp_path))
        return made[-1]

    yield make
    for broker in made:
        broker.close()


def _is_running(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def _disappears(path: Path, *, within: float = 10.0) -> bool:
    deadline = time.monotonic() + within
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not path.exists()


# What is missing


@pytest.mark.processes
@pytest.mark.parametrize(
    ("commands", "message"),
    [
        ({}, "There is no java on the PATH: install Java 17 or newer"),
        ({"java": JAVA_11}, r"needs Java 17 or newer; \S+ is 11\. Install a newer one"),
        ({"java": JAVA_8}, r"needs Java 17 or newer; \S+ is 8\."),
        ({"java": "echo what >&2"}, "names no version: 'what'"),
    ],
)
def test_a_missing_or_old_java_is_explained(
    machine: Machine, commands: dict[str, str], message: str
) -> None:
    machine(**commands)
    with pytest.raises(BrokerError, match=message):
        find_java()
    reason = unavailable_reason()
    assert reason is not None
    done = subprocess.run(
        [sys.executable, SCRIPT], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stderr.strip()) == (1, reason)


def test_java_home_has_precedence(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = machine(java=JAVA_17)
    monkeypatch.setenv("JAVA_HOME", str(folder / "nowhere"))
    with pytest.raises(BrokerError, match="no java in JAVA_HOME"):
        find_java()


def test_a_missing_maven_is_explained(machine: Machine, cache: Path) -> None:
    machine(java=JAVA_17)
    with pytest.raises(BrokerError, match="no mvn on the PATH: install Maven"):
        fetch_jars(cache)
    assert not cache.exists()


# Downloading


@pytest.mark.processes
def test_the_jars_are_downloaded_once(machine: Machine, cache: Path) -> None:
    machine(mvn=DOWNLOADS)
    folder = fetch_jars(cache)
    machine(mvn="exit 1")
    assert fetch_jars(cache) == folder
    assert [jar.name for jar in folder.iterdir()] == [f"kafka_2.13-{kafka_version()}.jar"]


@pytest.mark.processes
@pytest.mark.parametrize("script", ["echo no route to host; exit 1", "echo no route to host"])
def test_a_failed_download_shows_the_output_of_maven(
    machine: Machine, cache: Path, script: str
) -> None:
    machine(mvn=script)
    with pytest.raises(BrokerError, match=r"Is the network .* working\?[^$]*no route to host"):
        fetch_jars(cache)
    machine(mvn=DOWNLOADS)
    assert fetch_jars(cache).is_dir()


@pytest.mark.processes
def test_an_incomplete_download_is_not_used(machine: Machine, cache: Path) -> None:
    machine(mvn=f"{DOWNLOADS}\nsleep 600")
    download = subprocess.Popen(
        [sys.executable, "-c", FETCH, str(cache)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 10
    while not list(cache.glob("*.part/*.jar")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(download.pid, signal.SIGKILL)
    download.wait()
    (incomplete,) = cache.glob("*.part")
    machine(mvn=DOWNLOADS)
    assert fetch_jars(cache).is_dir()
    assert not incomplete.exists()


# Starting


@pytest.mark.processes
def test_a_failed_format_is_explained_and_leaves_no_files(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    machine(java=f"{JAVA_17}\necho no such class; exit 1")
    with pytest.raises(BrokerError, match="log folder could not be made:\nno such class"):
        Broker(tmp_path)
    assert list(temporary.iterdir()) == []


@pytest.mark.processes
def test_a_broker_that_ends_at_once_shows_the_end_of_its_log(
    brokers: Callable[[str], Broker],
) -> None:
    broker = brokers("echo address in use; exit 1")
    with pytest.raises(BrokerError, match=r"ended at its start\. Its log ends:\naddress in use"):
        broker.start()


@pytest.mark.processes
def test_a_broker_that_does_not_answer_is_killed_and_shows_the_end_of_its_log(
    brokers: Callable[[str], Broker],
) -> None:
    broker = brokers("echo thinking; exec sleep 600")
    with pytest.raises(BrokerError, match=r"did not answer on 127.*within 1 s.[^$]*thinking"):
        broker.start(within=1)
    assert not broker.running


def test_ports_are_different_and_below_the_ephemeral_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "PORTS", (PORTS[0], PORTS[0] + 12))
    chosen = free_ports(6, besides=PORTS[0] + 1)
    assert len(set(chosen)) == len(chosen) == 6
    assert PORTS[0] + 1 not in chosen
    assert max(chosen) < PORTS[1] < 32_768


def test_two_processes_with_the_same_seed_choose_different_ports() -> None:
    random.seed(1)
    first = free_ports(3)
    random.seed(1)
    assert set(first) != set(free_ports(3))


# Ending


@pytest.mark.processes
@pytest.mark.parametrize("frozen", [False, True])
def test_the_command_ends_with_its_owner_however_the_owner_ends(
    tmp_path: Path, frozen: bool
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    owner = subprocess.Popen(
        [sys.executable, "-c", OWN, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        start_new_session=True,
    )
    deadline = time.monotonic() + 10
    while not (folder / "pid").exists() or not (folder / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child = int((folder / "pid").read_text())
    if frozen:
        os.kill(child, signal.SIGSTOP)
    os.killpg(owner.pid, signal.SIGKILL)
    owner.wait()
    assert _disappears(folder)
    assert not _is_running(child)


@pytest.mark.processes
def test_the_command_of_a_closed_guard_does_not_run(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    guard = Guard(folder, folder / "log", ["sleep", "600"])
    guard.start()
    assert guard.running
    guard.close()
    guard.close()
    assert not guard.running
    assert not folder.exists()


def test_the_script_runs_a_broker_until_it_is_terminated(
    start_broker: StartBroker, tmp_path: Path
) -> None:
    port = free_ports(1)[0]
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "--port", str(port)],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = f"kafka://127.0.0.1:{port}"
    assert process.stdout.readline() == f"Apache Kafka {kafka_version()} is ready: {url}\n"
    assert f"export WIREWATCH_STREAMS_URL={url}" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    process.communicate()
    assert not list(tmp_path.glob("wirewatch-kafka-*"))


def test_a_broker_keeps_its_port_when_it_is_stopped_killed_and_frozen(
    own_broker: Broker,
) -> None:
    address = own_broker.address
    own_broker.stop()
    assert not own_broker.running
    own_broker.start()
    own_broker.kill()
    assert not own_broker.running
    own_broker.start()
    own_broker.freeze()
    assert own_broker.running
    own_broker.thaw()
    assert own_broker.address == address
    # the broker is ready before it logs so
    wait_until(lambda: "Kafka Server started" in own_broker.log_tail(), "its log has another end")


# Continuous integration


MAKEFILE = """
lint types imports: ; @echo $@
test: ; @echo "tests with WIREWATCH_TEST_KAFKA=$$WIREWATCH_TEST_KAFKA"
"""


def _ci(folder: Path, path: Path, **environment: str) -> list[str]:
    (folder / ".ci").mkdir()
    (folder / ".ci" / "run").write_text((ROOT / ".ci" / "run").read_text())
    (folder / "Makefile").write_text(MAKEFILE)
    (folder / "scripts").symlink_to(ROOT / "scripts")
    (folder / ".venv" / "bin").mkdir(parents=True)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    for tool in ("make", "dirname", "echo"):
        (path / tool).symlink_to(f"/usr/bin/{tool}")
    done = subprocess.run(
        ["/bin/bash", folder / ".ci" / "run"],
        env={"PATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.processes
def test_ci_prints_why_apache_kafka_does_not_run(machine: Machine, tmp_path: Path) -> None:
    lines = _ci(tmp_path, machine())
    assert lines[:3] == ["lint", "types", "imports"]
    assert lines[3].startswith("Apache Kafka does not run in these tests. There is no java on the")
    assert lines[4:] == ["tests with WIREWATCH_TEST_KAFKA="]


@pytest.mark.processes
def test_ci_starts_apache_kafka_where_that_is_possible(machine: Machine, tmp_path: Path) -> None:
    lines = _ci(tmp_path, machine(java=JAVA_17, mvn="exit 1"))
    assert lines[3:] == ["tests with WIREWATCH_TEST_KAFKA=start"]


@pytest.mark.processes
def test_ci_uses_a_broker_that_exists(machine: Machine, tmp_path: Path) -> None:
    lines = _ci(tmp_path, machine(), WIREWATCH_TEST_KAFKA="broker:9092")
    assert lines[3:] == ["tests with WIREWATCH_TEST_KAFKA=broker:9092"]


@pytest.mark.processes
def test_the_summary_of_a_run_without_apache_kafka_says_so() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "WIREWATCH_TEST_KAFKA"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", __file__],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "keeps_its_port" not in done.stdout
    assert "Apache Kafka not run: `make test-kafka` runs it" in done.stdout
    assert "deselected" in done.stdout.splitlines()[-1]
