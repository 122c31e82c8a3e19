"""What a broker consists of: Java of this machine, and jars that Maven fetches once.

::

    pom.xml ──Maven──▶ .cache/kafka-VERSION-HASH.part ──whole?──▶ .cache/kafka-VERSION-HASH

Needs the standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

POM = Path(__file__).resolve().with_name("pom.xml")
CACHE = POM.parent.parent.parent / ".cache"
OLDEST_JAVA = 17


class BrokerError(Exception):
    """The broker cannot be had; the text says why and what to do."""


def version() -> str:
    """Version of Apache Kafka that the pom names."""
    found = re.search(r"<kafka\.version>([^<]+)<", POM.read_text())
    if not found:
        raise BrokerError(f"{POM} names no kafka.version.")
    return found[1]


def java() -> str:
    """Path of a Java that is new enough.

    Raises:
        BrokerError: None is there, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if path is None:
        where = f"in JAVA_HOME ({home})" if home else "on the PATH"
        raise BrokerError(
            f"There is no java {where}: install Java {OLDEST_JAVA} or newer"
            " (Debian and Ubuntu: apt install openjdk-17-jre-headless)."
        )
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None:
        raise BrokerError(f"`{path} -version` names no version: {said.strip()[:200]!r}.")
    if int(found[1]) < OLDEST_JAVA:
        raise BrokerError(
            f"Apache Kafka {version()} needs Java {OLDEST_JAVA} or newer; {path} is {found[1]}."
            " Install a newer one, or point JAVA_HOME at it."
        )
    return path


def why_not() -> str | None:
    """Why a broker cannot be started on this machine; None if it can be tried."""
    try:
        java()
        if not _folder().exists():
            _maven()
    except BrokerError as error:
        return str(error)
    return None


def _maven() -> str:
    path = shutil.which("mvn")
    if path is None:
        raise BrokerError(
            "There is no mvn on the PATH: install Maven, which fetches Apache Kafka"
            " (Debian and Ubuntu: apt install maven)."
        )
    return path


def fetched(cache: Path = CACHE) -> Path:
    """The folder with the broker's jars; fetched when it is not there yet.

    Raises:
        BrokerError: Maven is missing or cannot fetch them.
    """
    folder = _folder(cache)
    if folder.exists():
        return folder
    maven = _maven()
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / "kafka.lock"):
        if not folder.exists():
            for left in cache.glob("kafka-*.part"):  # of a fetch that was killed
                shutil.rmtree(left)
            part = folder.with_name(f"{folder.name}.part")
            _fetch(maven, part)
            part.rename(folder)
    return folder


def _folder(cache: Path = CACHE) -> Path:
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:8]  # another pom is another broker
    return cache / f"kafka-{version()}-{digest}"


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(maven: str, folder: Path) -> None:
    """Maven leaves nothing beside the pom; ``-C``: a wrong checksum is an error."""
    say(f"Fetching Apache Kafka {version()} (44 MB, once) ...")
    done = subprocess.run(
        [
            *(maven, "-q", "-B", "-C", "-f", str(POM), "dependency:copy-dependencies"),
            f"-DoutputDirectory={folder}",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode or not any(folder.glob(f"kafka_*-{version()}.jar")):
        raise BrokerError(
            f"Maven could not fetch Apache Kafka {version()} (exit {done.returncode}). Is the"
            f" network or the mirror in ~/.m2/settings.xml all right? It said:\n"
            f"{tail(done.stdout)}"
        )


def say(what: str) -> None:
    """A line for the person at the terminal, at once."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def tail(text: str) -> str:
    """The last lines of a log."""
    return "\n".join(text.strip().splitlines()[-15:])
